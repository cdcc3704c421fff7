import { expect, test } from "vitest";
import { exampleWorker } from "../connection/example-run.ts";
import { presentFirst } from "./workers-order.ts";

test("those who left come last, whatever they did", () => {
  const workers = [
    exampleWorker({ id: "gone-early", state: "left", joinedAt: 1 }),
    exampleWorker({ id: "second", joinedAt: 5, samplesPerSecond: 9000 }),
    exampleWorker({ id: "gone-late", state: "left", joinedAt: 4 }),
    exampleWorker({ id: "first", state: "suspect", joinedAt: 2 }),
  ];
  expect(presentFirst(workers).map((worker) => worker.id)).toEqual(["first", "second", "gone-late", "gone-early"]);
});
