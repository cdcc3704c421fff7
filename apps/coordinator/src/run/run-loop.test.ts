import { shardCount } from "@convoy/datasets";
import type { ToWorker } from "@convoy/protocol";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ServedSamples } from "../samples/served-samples.ts";
import { contributionWith, sealed, sealedIn } from "./test-frames.ts";
import {
  batchOf,
  differenceFrom,
  plainTraining,
  TestRun,
  tinyDataset,
  tinyEngine,
  tinyLayout,
  tokens,
} from "./test-run-loop.ts";

/** Shards of training in the whole run: three batches of 24 and one of 13, twice. */
const SHARDS = 2 * (3 * shardCount(24) + shardCount(13));
const SAMPLES = 2 * (tinyDataset.train.count + tinyDataset.test.count);
const TOLERANCE = 1e-5;

let plain: Float32Array;
beforeAll(async () => {
  plain = await plainTraining();
});

let run: TestRun;
beforeEach(() => {
  run = new TestRun();
});
afterEach(() => {
  run.loop.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const isFinished = () => run.view.state === "finished";

/** What every finished run has in common, whatever happened on the way. */
function expectPlainTraining(): void {
  expect(differenceFrom(plain, run.plane.parameters)).toBeLessThan(TOLERANCE);
  expect(run.plane.version).toBe(8);
  const { workers } = run.view;
  expect(workers.reduce((sum, worker) => sum + worker.shards, 0)).toBe(SHARDS);
  expect(workers.reduce((sum, worker) => sum + worker.samples, 0)).toBe(SAMPLES);
}

describe("a run", () => {
  test.each([1, 3])(
    "[R1] with %i workers trains as one process alone would, every shard counted once",
    async (count) => {
      for (let number = 1; number <= count; number++) run.addWorker(`worker ${number}`);
      await run.until(isFinished);
      expectPlainTraining();
      for (const worker of run.view.workers) expect(worker).toMatchObject({ refusals: 0, shards: expect.any(Number) });
      expect(run.view.workers.filter((worker) => worker.shards > 0)).toHaveLength(count);
    },
  );

  test("[W7] whose workers come, go and break off trains the same", async () => {
    const first = run.addWorker("first");
    run.addWorker("second");
    await run.until(() => run.view.step === 2);
    first.stop();
    await run.until(() => run.view.step === 3);
    run.network.breakAll();
    run.addWorker("late");
    await run.until(isFinished);
    expectPlainTraining();
    expect(run.view.workers.map((worker) => worker.state).filter((state) => state === "left").length).toBe(2);
  });

  test("[R3] reports every step and the figures of every epoch", async () => {
    run.addWorker("worker");
    await run.until(isFinished);
    const steps = run.reports.flatMap((report) => (report.type === "loss" ? [report.point.step] : []));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const epochs = run.reports.flatMap((report) => (report.type === "epoch" ? [report.point] : []));
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
    ]);
    const engine = await tinyEngine();
    engine.setParameters(run.plane.parameters);
    const { test: testSet } = tinyDataset;
    const { lossSum, correctCount } = await engine.evaluate(batchOf(testSet, [...testSet.labels.keys()]));
    expect(epochs[1]?.testAccuracy).toBe(correctCount / testSet.count);
    // Losses travel in single precision.
    expect(epochs[1]?.testLoss).toBeCloseTo(lossSum / testSet.count, 6);
  });

  test("[R4] hands out the parameters of each epoch as they were then", async () => {
    run.addWorker("worker");
    await run.until(isFinished);
    expect(run.checkpoints.map(({ step, epoch }) => [step, epoch])).toEqual([
      [4, 1],
      [8, 2],
    ]);
    expect(run.checkpoints[1]?.parameters).toEqual(run.plane.parameters);
    expect(run.checkpoints[0]?.parameters).not.toEqual(run.checkpoints[1]?.parameters);
  });

  test("[L8] sends the samples that a lease names, byte for byte", () => {
    const peer = run.addPeer().enter();
    const { lease, samples } = peer.lease;
    const asked = [samples[3], samples[0]] as number[];
    peer.say({ type: "request-samples", lease, samples: asked });
    const { pixels, labels } = batchOf(tinyDataset.train, asked);
    expect(peer.all("samples")).toEqual([
      { type: "samples", lease, samples: asked, compression: "none", pixels, labels },
    ]);
  });

  test("[L14] sends pixels as they are to workers of this machine only", () => {
    const take = vi.spyOn(ServedSamples.prototype, "take");
    const compressAlong = vi.spyOn(ServedSamples.prototype, "compressAlong");
    const ask = () => {
      const peer = run.addPeer().enter(tokens.invitation);
      peer.say({ type: "request-samples", lease: peer.lease.lease, samples: [peer.lease.samples[0]] });
      peer.close();
      return take.mock.lastCall?.[2];
    };
    expect(ask()).toBe(true);
    expect(compressAlong).not.toHaveBeenCalled();
    run.caller = { ...run.caller, forwarded: true };
    expect(ask()).toBe(false);
    run.caller = { address: "192.0.2.1", host: "192.0.2.9:4300", forwarded: false };
    expect(ask()).toBe(false);
    expect(compressAlong).toHaveBeenCalledTimes(2);
  });

  test("[V8] tells where time goes: what holds a lease up before it is sent is adding, not sending", async () => {
    let clock = 0;
    vi.spyOn(performance, "now").mockImplementation(() => clock);
    const { plane } = run;
    const update = plane.update.bind(plane);
    vi.spyOn(plane, "update").mockImplementation((...step) => {
      clock += 20;
      return update(...step);
    });
    const peer = run.addPeer().enter();
    while (run.view.step < 3) {
      clock += 10;
      peer.say({ ...(await peer.contribution()), computeMs: 7 });
    }
    const leases = peer.all("lease").length - 1;
    const { computing = 0, sending = 0, waiting, adding = 0 } = run.view.workers[0]?.time ?? {};
    expect(waiting).toBe(0);
    // The step of the last contribution holds up a lease that is still out.
    expect(adding / computing).toBeCloseTo((2 * 20) / (leases * 7), 1);
    expect(sending / computing).toBeCloseTo(3 / 7, 1);
  });

  test("[L4] takes a lease back by its own clock when the worker stays silent", async () => {
    vi.useFakeTimers();
    const silent = run.addPeer().enter();
    run.addWorker("quick");
    const wait = () => vi.advanceTimersByTimeAsync(20);
    await run.until(isFinished, wait);
    expectPlainTraining();
    expect(silent.all("lease").length).toBeGreaterThan(0);
    expect(run.view.workers[0]).toMatchObject({ state: "ready", shards: 0 });
  });
});

describe("what is refused by name, with nothing lost", () => {
  type Honest = Awaited<ReturnType<ReturnType<TestRun["addPeer"]>["contribution"]>>;
  const damaged = (frame: Uint8Array, at: number) => frame.with(at, (frame[at] as number) ^ 1);
  const cases: [string, string, (honest: Honest, lease: Extract<ToWorker, { type: "lease" }>) => object][] = [
    ["C9", "bad-checksum", (honest) => ({ ...honest, frame: damaged(honest.frame, honest.frame.length - 1) })],
    ["C9", "wrong-length", (honest) => ({ ...honest, frame: honest.frame.slice(0, -4) })],
    ["C9", "malformed", (honest) => ({ ...honest, frame: new Uint8Array(7) })],
    ["C9", "malformed", (honest) => ({ ...honest, frame: "no bytes" })],
    ["C9", "malformed", (honest) => ({ ...honest, surprise: true })],
    ["C9", "protocol-version", (honest) => ({ ...honest, frame: damaged(honest.frame, 5) })],
    ["P2", "unknown-message", (honest) => ({ ...honest, type: "present" })],
    [
      "C7",
      "not-finite",
      (honest, lease) => ({ ...honest, frame: sealed(new Float32Array(tinyLayout.length).fill(Number.NaN), lease) }),
    ],
    ["C7", "not-finite", (honest) => ({ ...honest, lossSum: null })],
    [
      "C8",
      "wrong-run",
      (honest, lease) => ({ ...honest, frame: sealed(new Float32Array(tinyLayout.length), lease, "ffffffffffffffff") }),
    ],
    [
      "C6",
      "unknown-lease",
      (honest, lease) => ({ ...honest, frame: sealed(new Float32Array(tinyLayout.length), { ...lease, lease: 999 }) }),
    ],
    [
      "C4",
      "stale-version",
      (honest, lease) => ({ ...honest, frame: sealed(new Float32Array(tinyLayout.length), { ...lease, version: 7 }) }),
    ],
    ["C10", "malformed", (honest) => ({ ...honest, correctCount: 25 })],
    ["H6", "malformed", (honest) => ({ ...honest, stepLosses: [1] })],
    [
      "F9",
      "codec-not-agreed",
      (honest, lease) => ({ ...honest, frame: sealedIn("fp16", new Float32Array(tinyLayout.length), lease) }),
    ],
  ];

  test.each(cases)("[%s] %s", async (_, reason, change) => {
    const peer = run.addPeer().enter();
    const { lease } = peer;
    peer.say(change(await peer.contribution(), lease));
    expect(peer.refusals).toEqual([reason]);
    expect(run.view).toMatchObject({ step: 0, workers: [{ refusals: 1, shards: 0 }] });
    // The shards are given out again, here to the same worker, and a good contribution counts.
    if (reason !== "unknown-lease")
      expect(peer.lease).toMatchObject({ lease: lease.lease + 1, samples: lease.samples });
    peer.say(await peer.contribution());
    expect(peer.all("counted")).toHaveLength(1);
    peer.close();
    run.addWorker("honest");
    await run.until(isFinished);
    expectPlainTraining();
  });

  test("[C2] [C4] duplicates, at once and a version later", async () => {
    const peer = run.addPeer().enter();
    const first = await peer.contribution();
    peer.say(first);
    peer.say(first);
    expect(peer.refusals).toEqual(["already-counted"]);
    while (run.view.step === 0) peer.say(await peer.contribution());
    peer.say(first);
    expect(peer.refusals).toEqual(["already-counted", "stale-version"]);
    peer.close();
    run.addWorker("honest");
    await run.until(isFinished);
    expectPlainTraining();
  });

  test("[W9] who sends nothing else is sent away", async () => {
    const peer = run.addPeer().enter();
    for (let i = 0; i < 3; i++) peer.say({ type: "contribution" });
    expect(peer.refusals).toEqual(["malformed", "malformed", "malformed", "sent-away"]);
    expect(peer.closeCount).toBe(1);
    expect(run.view.workers).toMatchObject([{ state: "left", refusals: 3 }]);
  });

  test.each([
    ["junk", 7, "malformed"],
    [
      "a greeting of another version",
      { type: "join", protocol: 99, name: "New", device: "new", colours: 3 },
      "protocol-version",
    ],
    ["an unknown message", { type: "sing" }, "unknown-message"],
  ])("[P1] %s from a stranger, who is disconnected after hearing why", (_, message, reason) => {
    const peer = run.addPeer();
    peer.say(message as object);
    expect(peer.refusals).toEqual([reason]);
    expect(peer.closeCount).toBe(1);
    expect(run.view.workers).toEqual([]);
  });

  test("[W2] a contribution from nobody, which changes nothing", () => {
    const peer = run.addPeer();
    const lease = { lease: 1, version: 0 } as Extract<ToWorker, { type: "lease" }>;
    const frame = sealed(new Float32Array(tinyLayout.length), lease);
    peer.say(contributionWith(frame));
    expect(peer.refusals).toEqual(["not-joined"]);
    expect(run.view).toMatchObject({ step: 0, workers: [] });
  });
});

test("a loop that was closed leaves no timer behind, whoever hangs up later", () => {
  vi.useFakeTimers();
  const closing = new TestRun();
  const peer = closing.addPeer().enter();
  vi.advanceTimersByTime(100);
  closing.addPeer().enter();
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  closing.loop.close();
  peer.close();
  expect(vi.getTimerCount()).toBe(0);
});
