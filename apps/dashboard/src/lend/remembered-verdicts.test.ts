import type { EngineVerdict } from "@convoy/worker";
import { beforeEach, expect, test, vi } from "vitest";
import { rememberedVerdicts } from "./remembered-verdicts.ts";

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});

const verdict = (task: string, winner = "webgpu"): EngineVerdict => ({
  task,
  sampleCount: 64,
  measuredAt: 1_700_000_000_000,
  timings: [
    { engine: "wasm", device: "CPU, WASM SIMD", stepMs: 4.4 },
    { engine: "webgpu", device: "NVIDIA", stepMs: 2.1 },
  ],
  winner,
});

test("what was measured is known the next time, the newest of each task, and can be forgotten", () => {
  const memory = rememberedVerdicts("Chrome", 2);
  expect(memory.recall()).toEqual([]);
  memory.keep(verdict("a"));
  memory.keep(verdict("b"));
  memory.keep(verdict("a", "wasm"));
  expect(rememberedVerdicts("Chrome", 2).recall()).toEqual([verdict("a", "wasm"), verdict("b")]);
  memory.forget("a");
  expect(memory.recall()).toEqual([verdict("b")]);
});

test("another browser, or another number of cores, measures anew", () => {
  rememberedVerdicts("Chrome 156", 2).keep(verdict("a"));
  expect(rememberedVerdicts("Chrome 157", 2).recall()).toEqual([]);
  expect(rememberedVerdicts("Chrome 156", 1).recall()).toEqual([]);
});

test("eight tasks are kept", () => {
  const memory = rememberedVerdicts("Chrome", 1);
  for (let task = 0; task < 9; task++) memory.keep(verdict(String(task)));
  expect(memory.recall().map(({ task }) => task)).toEqual(["8", "7", "6", "5", "4", "3", "2", "1"]);
});

test.each(["", "{", "null", "[]", '{"verdicts":3}', '{"verdicts":[null,{"task":1}]}'])(
  "of %j nothing is made",
  (text) => {
    const memory = rememberedVerdicts("Chrome", 1);
    kept.set("convoy.engine-verdicts", text);
    expect(memory.recall()).toEqual([]);
    memory.keep(verdict("a"));
    const tampered = JSON.parse(kept.get("convoy.engine-verdicts") ?? "");
    kept.set(
      "convoy.engine-verdicts",
      JSON.stringify({ ...tampered, verdicts: [null, { ...verdict("b"), timings: [{}] }, verdict("c")] }),
    );
    expect(memory.recall()).toEqual([verdict("c")]);
  },
);

test("a browser that keeps nothing is no trouble", () => {
  vi.stubGlobal("localStorage", undefined);
  const memory = rememberedVerdicts("Chrome", 1);
  memory.keep(verdict("a"));
  expect(memory.recall()).toEqual([]);
});
