import { expect, test } from "vitest";
import { groupRemarks } from "./group-remarks.ts";

test("engines that are not used for the same reason stand together, where the first of them stood", () => {
  const remarks = [
    { engine: "webgpu", sentence: "There is no GPU here." },
    { engine: "wasm", sentence: "It failed twice." },
    { engine: "tfjs-webgpu", sentence: "There is no GPU here." },
  ];
  expect(groupRemarks(remarks)).toEqual([
    { engines: ["webgpu", "tfjs-webgpu"], sentence: "There is no GPU here." },
    { engines: ["wasm"], sentence: "It failed twice." },
  ]);
  expect(groupRemarks([])).toEqual([]);
});
