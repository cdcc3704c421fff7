import { expect, test } from "vitest";
import { EngineRecord } from "./engine-record.ts";

const MINUTE = 60_000;

test("an engine that fails twice within ten minutes is left out, with the last reason", () => {
  const record = new EngineRecord();
  record.note("tfjs-webgpu", "The GPU was lost.", 0);
  expect(record.leftOut).toEqual([]);
  record.note("tfjs-wasm", "Out of memory.", MINUTE);
  expect(record.leftOut).toEqual([]);
  record.note("tfjs-webgpu", "The GPU reported an error.", 10 * MINUTE - 1);
  expect(record.leftOut).toEqual([
    {
      engine: "tfjs-webgpu",
      sentence: "It failed twice within ten minutes. The last time: The GPU reported an error.",
    },
  ]);
});

test("failures that lie further apart are forgiven", () => {
  const record = new EngineRecord();
  for (const at of [0, 10 * MINUTE, 20 * MINUTE]) record.note("tfjs-webgpu", "The GPU was lost.", at);
  expect(record.leftOut).toEqual([]);
});

test("an engine that was the only one and failed again is listed once", () => {
  const record = new EngineRecord();
  for (const at of [0, 1, 2]) record.note("tfjs-webgpu", `Failure ${at}.`, at);
  expect(record.leftOut).toHaveLength(1);
  expect(record.leftOut[0]?.sentence).toContain("Failure 2.");
});
