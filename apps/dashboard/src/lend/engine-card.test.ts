import type { WorkerStatus } from "@convoy/worker";
import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { EngineCard } from "./engine-card.tsx";
import { exampleStatus } from "./example-status.ts";

function shown(changes: Partial<WorkerStatus>, inUse = true): string {
  const card = createElement(EngineCard, { status: exampleStatus(changes), inUse, onMeasureAgain: () => {} });
  return renderToStaticMarkup(createElement(MantineProvider, null, card));
}

const trial = { engine: "webgpu", compiled: { done: 12, all: 40 } };
const verdict = {
  task: "t",
  sampleCount: 64,
  measuredAt: Date.UTC(2026, 10, 27, 12),
  timings: [
    { engine: "wasm", device: "CPU", stepMs: 4.4 },
    { engine: "webgpu", device: "GPU", stepMs: 41.8 },
  ],
  winner: "wasm",
};

test("while an engine is compiled, its progress can be seen and heard", () => {
  const html = shown({ trial });
  expect(html).toMatch(/role="status"[^>]*>Compiling for the GPU: 25% done</);
  expect(html).toMatch(/aria-label="Compiled for the GPU"[^>]*role="progressbar"[^>]*aria-valuenow="30"/);
  expect(html).toContain("Compiling for the GPU: 12 of 40");
  expect(html).toContain("The device computes meanwhile.");
  expect(shown({ trial, engine: null })).not.toContain("The device computes meanwhile.");
});

test("nothing is being tried by a worker that is over", () => {
  expect(shown({ trial }, false)).not.toContain("Being tried");
});

test("what was measured stands in a table, and can be measured again while nothing else is tried", () => {
  const html = shown({ verdict });
  for (const text of ["4.4 ms", "14,545", "Chosen", "42 ms", "1,531", "Takes 9.5 times as long", "Measure again"]) {
    expect(html).toContain(text);
  }
  expect(shown({ verdict, trial })).not.toContain("Measure again");
  expect(shown({ verdict }, false)).not.toContain("Measure again");
});
