/** The real loop, HTTP routes and workers on the coordinator's machine, which fetch all samples at once. */

import type { Dataset } from "@convoy/datasets";
import { createReferenceEngine } from "@convoy/engine";
import { allSamplesPath, limits } from "@convoy/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { addSampleRoutes } from "../http/sample-routes.ts";
import { openWithin } from "../http/test-open.ts";
import { ServedSamples } from "../samples/served-samples.ts";
import { RUN } from "./test-frames.ts";
import { differenceFrom, plainTraining, TestRun, tinyDataset, tinySettings, tokens } from "./test-run-loop.ts";

let run: TestRun;
afterEach(() => {
  run.loop.close();
  vi.restoreAllMocks();
});

const serve = (asked: string[] = []) =>
  openWithin((app) => addSampleRoutes(app, () => ({ run: RUN, samples: tinyDataset })), asked);

test("[N10] [N12] workers on this machine train as one process would, and ask for no sample over their sockets", async () => {
  run = new TestRun();
  const take = vi.spyOn(ServedSamples.prototype, "take");
  const asked: string[] = [];
  const open = serve(asked);
  for (const name of ["one", "two"]) run.addWorker(name, () => {}, createReferenceEngine, open);
  await run.until(() => run.view.state === "finished");
  expect(differenceFrom(await plainTraining(), run.plane.parameters)).toBeLessThan(1e-5);
  expect(run.view.workers.map(({ refusals }) => refusals)).toEqual([0, 0]);
  expect(asked).toEqual([allSamplesPath(RUN), allSamplesPath(RUN)]);
  expect(take).not.toHaveBeenCalled();
  // The run has ended.
  expect(run.addPeer().enter().all("fetch-samples")).toHaveLength(0);
});

test("[N12] where HTTP does not work they train all the same", async () => {
  run = new TestRun();
  const take = vi.spyOn(ServedSamples.prototype, "take");
  run.addWorker(
    "behind something",
    () => {},
    createReferenceEngine,
    () => Promise.reject(new Error("refused")),
  );
  run.addWorker("without HTTP");
  await run.until(() => run.view.state === "finished");
  expect(differenceFrom(await plainTraining(), run.plane.parameters)).toBeLessThan(1e-5);
  expect(take).toHaveBeenCalled();
});

test("[N10] only workers on this machine are told, right after their welcome, and of no more than they can keep", () => {
  const told = (caller: Partial<TestRun["caller"]>, dataset: Dataset = tinyDataset) => {
    run = new TestRun(tinySettings, { dataset });
    run.caller = { ...run.caller, ...caller };
    const peer = run.addPeer().enter(tokens.invitation);
    expect(peer.all("welcome")).toHaveLength(1);
    return peer.heard.slice(0, 2);
  };
  const testCount = tinyDataset.test.count;
  expect(told({})[1]).toEqual({ type: "fetch-samples", testCount });
  for (const elsewhere of [{ address: "192.168.1.7" }, { forwarded: true }])
    expect(told(elsewhere).map(({ type }) => type)).not.toContain("fetch-samples");

  const others = 17 * testCount + tinyDataset.train.count;
  const withPixels = (length: number): Dataset => ({
    ...tinyDataset,
    train: { ...tinyDataset.train, pixels: new Uint8Array(length) },
  });
  expect(told({}, withPixels(limits.cacheBytes - others))[1]?.type).toBe("fetch-samples");
  expect(told({}, withPixels(limits.cacheBytes - others + 1))[1]?.type).not.toBe("fetch-samples");
});
