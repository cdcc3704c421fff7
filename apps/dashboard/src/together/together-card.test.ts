import type { RunView, TogetherView } from "@convoy/protocol";
import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { exampleRun, exampleWorker } from "../connection/example-run.ts";
import { TogetherCard } from "./together-card.tsx";

const time = { computing: 0.6, sending: 0.25, waiting: 0.147, adding: 0.003 };

const together: TogetherView = {
  workerCount: 2,
  quickest: "Desk",
  aloneSamplesPerSecond: 2000,
  mostSamplesPerSecond: 5000,
  efficiency: 0.64,
  time,
  verdict: "quicker",
  sentence: "Together the 2 workers are 1.6 times as quick.",
};

function shown(changes: Partial<RunView>): string {
  const run = exampleRun({ samplesPerSecond: 3200, ...changes });
  return renderToStaticMarkup(createElement(MantineProvider, null, createElement(TogetherCard, { run })));
}

const textOf = (html: string) =>
  html
    .replace(/<style.*?<\/style>/gs, "")
    .replace(/<[^>]+>/g, "|")
    .replace(/\|+/g, "|");

test("the quickest alone stands beside all together, with their ratio and what could be", () => {
  const text = textOf(shown({ together }));
  expect(text).toContain("Alone|2,000| samples/s|Desk, the quickest, with nothing to wait for");
  expect(text).toContain("Together|3,200| samples/s|64% of the 5,000 that 2 workers could do at most");
  expect(text).toContain("Together : alone|1.6 ×|quicker together");
  expect(text).toContain(together.sentence);
});

test.each([
  ["slower", 1000, "0.50 ×|slower together"],
  ["equal", 2010, "1.0 ×|no quicker together"],
  ["single", 1600, "0.80 ×|nobody beside it yet"],
] as const)("the verdict %s has words of its own", (verdict, samplesPerSecond, words) => {
  expect(textOf(shown({ together: { ...together, verdict }, samplesPerSecond }))).toContain(words);
});

test("where the time goes can be seen, read and heard", () => {
  const html = shown({ together });
  const inWords = "computing 60%, sending 25%, waiting 15%, adding &lt;1%";
  expect(html).toContain(`role="img" aria-label="Where the time goes: ${inWords}"`);
  expect(textOf(html)).toMatch(/Computing\|? ?\|60%\|the engine works/);
  for (const part of ["computing", "sending", "waiting", "adding"]) expect(html).toContain(`data-part="${part}"`);
});

test("a table has each worker that is measured, and all", () => {
  const workers = [
    exampleWorker({ id: "w1", name: "Desk", soloSamplesPerSecond: 2000, time }),
    exampleWorker({
      id: "w2",
      name: "Phone",
      soloSamplesPerSecond: 3000,
      time: { ...time, computing: 0.35, waiting: 0.397 },
    }),
    exampleWorker({ id: "w3", name: "Late", state: "proving" }),
  ];
  const text = textOf(shown({ together, workers }));
  expect(text).toContain("|Desk|2,000|60%|25%|15%|&lt;1%|");
  expect(text).toContain("|Phone|3,000|35%|25%|40%|&lt;1%|");
  expect(text).toContain("|All, each counted by its speed|5,000|60%|");
  expect(text).not.toContain("Late");
});

test("how results are exchanged is told where workers learn side by side", () => {
  const sentence = "Between two exchanges a device of middling speed takes 64 steps.";
  const exchange = { codec: "int8", localSteps: 64, stepMs: 5, wayMs: 9, samplesPerSecond: 3000, sentence } as const;
  expect(textOf(shown({ together, exchange }))).toContain(sentence);
});

test("the way to a worker is told in words where it was measured", () => {
  const link = { roundTripMs: 62, downBytesPerSecond: 11.5e6, upBytesPerSecond: 50_000 };
  const workers = [exampleWorker({ soloSamplesPerSecond: 2000, time, link })];
  expect(textOf(shown({ together, workers }))).toContain("|62 ms there and back, 92 Mb/s down, 0.4 Mb/s up|");
});

test("without figures it says when there will be some", () => {
  expect(shown({ together: null })).toContain("Known as soon as a worker has computed.");
  expect(shown({ together: null, state: "paused" })).toContain("Measured while the run trains");
});
