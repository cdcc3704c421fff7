/** The real loop, HTTP routes and workers: newcomers that fetch the parameters of a network that counts as large. */

import { createReferenceEngine } from "@convoy/engine";
import type { OpenBytes } from "@convoy/transport";
import type { WorkerStatus } from "@convoy/worker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addParameterRoutes } from "../http/parameter-routes.ts";
import { openWithin } from "../http/test-open.ts";
import { differenceFrom, plainTraining, TestRun, tinySettings } from "./test-run-loop.ts";

let run: TestRun;
beforeEach(() => {
  run = new TestRun(tinySettings, { snapshotBytes: 0 });
});
afterEach(() => run.loop.close());

const serve = (asked: string[] = []) => openWithin((app) => addParameterRoutes(app, () => run.loop.versions), asked);

const isFinished = () => run.view.state === "finished";

async function expectPlainTraining(): Promise<void> {
  expect(differenceFrom(await plainTraining(), run.plane.parameters)).toBeLessThan(1e-5);
  for (const worker of run.view.workers) expect(worker.refusals).toBe(0);
}

test("[N1] [N8] workers that fetch train as one process would, and what they hold is not sent again", async () => {
  const asked: string[] = [];
  const open = serve(asked);
  for (const name of ["one", "two"]) run.addWorker(name, () => {}, createReferenceEngine, open);
  await run.until(isFinished);
  await expectPlainTraining();
  expect(asked.length).toBeGreaterThanOrEqual(2);
  // Later versions came over the socket.
  expect(new Set(asked).size).toBeLessThan(8);
  for (const worker of run.view.workers) expect(worker.shards).toBeGreaterThan(0);
});

test("[N3] workers for whom HTTP does not work train all the same, and the log says why", async () => {
  const proxy: OpenBytes = async () => ({ status: 404, header: () => null, bytes: (async function* () {})() });
  run.addWorker("behind a proxy", () => {}, createReferenceEngine, proxy);
  run.addWorker("without HTTP");
  await run.until(isFinished);
  await expectPlainTraining();
  const log = run.reports.flatMap((report) => (report.type === "log" ? [report.entry.sentence] : []));
  for (const reason of ["The answer was 404: nothing", "This worker has its socket alone."])
    expect(log).toContainEqual(
      expect.stringContaining(`cannot fetch the parameters; they go over its socket: ${reason}`),
    );
});

test("[N1] a worker says how far its download is, and the run what it waits for", async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const open = serve();
  const slow: OpenBytes = async (...asked) => {
    const answer = await open(...asked);
    const halves = (async function* () {
      for await (const bytes of answer.bytes) {
        yield bytes.subarray(0, 100);
        await held;
        yield bytes.subarray(100);
      }
    })();
    return { ...answer, bytes: halves };
  };
  const statuses: WorkerStatus[] = [];
  run.addWorker("slow", (status) => statuses.push(status), createReferenceEngine, slow);
  const { byteLength } = run.plane.frame;
  await run.until(() => statuses.at(-1)?.download?.received === 100);
  expect(statuses.at(-1)).toMatchObject({ phase: "fetching", download: { received: 100, total: byteLength } });
  expect(run.view).toMatchObject({
    state: "waiting",
    sentence: "Waiting for workers: slow is downloading the parameters.",
    workerCounts: { fetching: 1 },
  });
  letGo();
  await run.until(isFinished);
  expect(statuses.at(-1)?.download).toBeNull();
});
