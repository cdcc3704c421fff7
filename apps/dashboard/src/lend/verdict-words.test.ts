import type { EngineVerdict } from "@convoy/worker";
import { expect, test } from "vitest";
import { compilingHeard, compilingWords, measuredSentence, timedEngines } from "./verdict-words.ts";

function verdict(winner: string, stepMs: { readonly [engine: string]: number }): EngineVerdict {
  const timings = Object.entries(stepMs).map(([engine, ms]) => ({ engine, device: "Device", stepMs: ms }));
  return { task: "t", sampleCount: 64, measuredAt: Date.UTC(2026, 10, 27, 12), timings, winner };
}

test("each engine that was timed says what it takes, and why it was chosen or not", () => {
  expect(timedEngines(verdict("webgpu", { wasm: 4.4, webgpu: 2 }))).toEqual([
    {
      engine: "wasm",
      device: "Device",
      stepMs: 4.4,
      samplesPerSecond: expect.closeTo(14_545, 0),
      chosen: false,
      remark: "Takes 2.2 times as long",
    },
    { engine: "webgpu", device: "Device", stepMs: 2, samplesPerSecond: 32_000, chosen: true, remark: "Chosen" },
  ]);
  const remarks = (webgpu: number) => timedEngines(verdict("wasm", { wasm: 10, webgpu })).at(-1)?.remark;
  expect(remarks(9.5)).toBe("Quicker, but not by enough to change over");
  expect(remarks(10.2)).toBe("As quick as the other");
  expect(remarks(4200)).toBe("Takes 420 times as long");
});

test("what was measured, and when", () => {
  expect(measuredSentence(verdict("wasm", {}))).toBe(
    "A step: 64 samples, forward and backward. Measured on Nov\u00a027,\u00a02026.",
  );
});

test("compiling is shown part by part, and heard by the quarter", () => {
  const trial = (done: number) => ({ engine: "webgpu", compiled: { done, all: 40 } });
  expect(compilingWords(trial(12))).toBe("Compiling for the GPU: 12 of 40");
  expect([1, 9, 10, 19, 20, 39].map((done) => compilingHeard(trial(done)))).toEqual([
    "Compiling for the GPU",
    "Compiling for the GPU",
    "Compiling for the GPU: 25% done",
    "Compiling for the GPU: 25% done",
    "Compiling for the GPU: 50% done",
    "Compiling for the GPU: 75% done",
  ]);
  expect(compilingWords({ engine: "webgpu", compiled: null })).toBeNull();
  expect(compilingHeard({ engine: "webgpu", compiled: null })).toBe("");
  expect(compilingHeard(null)).toBe("");
});
