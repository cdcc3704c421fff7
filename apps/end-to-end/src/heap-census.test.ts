import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { takeCensus } from "../reliability/heap-census.ts";

/** Of a heap of its own, with what the program keeps. */
async function censusWith(program: string) {
  const worker = new Worker(
    `${program}; setInterval(() => {}, 1e6); require("worker_threads").parentPort.postMessage(1)`,
    {
      eval: true,
    },
  );
  await new Promise((resolve) => worker.once("message", resolve));
  const census = takeCensus(await text(await worker.getHeapSnapshot()));
  await worker.terminate();
  return census;
}

test("a census counts what the program keeps", async () => {
  const empty = await censusWith("");
  const full = await censusWith(
    "globalThis.kept = Array.from({ length: 50_000 }, (_, i) => ({ number: i, text: 'text ' + i }))",
  );
  expect(full.objects - empty.objects).toBeGreaterThan(50_000 * 40);
  expect(full.machinery - empty.machinery).toBeLessThan(50_000 * 10);
  expect(empty.machinery).toBeGreaterThan(100_000);
});
