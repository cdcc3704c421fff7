import { describe, expect, test } from "vitest";
import { measureGradient } from "./gradient-size.ts";
import { policy } from "./policy.ts";
import { leasesIn, refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";

/** Gradients of one size, until enough are known; then every peer has a lease in hand and has shown that it can compute. */
function settled(...peers: number[]): TestRun {
  const run = new TestRun({
    ...tinySettings,
    recipe: { ...tinySettings.recipe, batchSize: 128 },
    trainCount: 128_000,
  });
  for (const peer of peers) run.enter(peer);
  for (let i = 0; run.state.gradientSizes.length < policy.sizesNeeded || peers.some((peer) => !knows(run, peer)); i++) {
    if (i > 500) throw new Error("some worker never gets a lease");
    for (const peer of peers) if (isWorking(run, peer)) run.contribute(peer, { norm: sizeOf(run, peer, 1) });
    run.tick(10);
  }
  return run;
}

const isWorking = (run: TestRun, peer: number) => run.state.workers.get(peer)?.state === "working";
const knows = (run: TestRun, peer: number) =>
  (run.state.workers.get(peer)?.samples ?? 0) > 0 && isWorking(run, peer) && run.state.round?.kind === "train";
/** The norm of a lease's summed gradient whose mean has this size. */
const sizeOf = (run: TestRun, peer: number, size: number) => size * run.leaseOf(peer).samples.length;
const contribute = (run: TestRun, peer: number, size: number) =>
  run.contribute(peer, { norm: sizeOf(run, peer, size) });

describe("[C14] a gradient far larger than all lately", () => {
  test("is refused by name and adds nothing, and the shards are given out again", () => {
    const run = settled(1);
    const { samples } = run.leaseOf(1);
    const effects = contribute(run, 1, 1000);
    expect(refusalsIn(effects)).toEqual(["norm-too-large"]);
    expect(typesIn(effects)).not.toContain("accumulate");
    expect(run.leaseOf(1).samples).toEqual(samples);
  });

  test.each([1, 9.9])("counts where it is %d times as large as the largest", (size) => {
    expect(refusalsIn(contribute(settled(1), 1, size))).toEqual([]);
  });

  test("may be beyond measure", () => {
    expect(refusalsIn(settled(1, 2).contribute(1, { norm: Number.POSITIVE_INFINITY }))).toEqual(["norm-too-large"]);
  });

  test("counts when the only worker finds it again, and what is usual is larger from then on", () => {
    const run = settled(1);
    contribute(run, 1, 1000);
    expect(refusalsIn(contribute(run, 1, 1000))).toEqual([]);
    expect(run.state.workers.get(1)).toMatchObject({ refusals: 0, strikes: 0 });
    expect(refusalsIn(contribute(run, 1, 2000))).toEqual([]);
  });

  test("is computed by another worker, also by one that is too slow for anything else", () => {
    const run = settled(1, 2);
    const { samples } = run.leaseOf(1);
    contribute(run, 1, 1000);
    expect(isWorking(run, 1)).toBe(false);
    while (run.state.round?.tooLarge.size === 1) {
      run.tick(500);
      expect(isWorking(run, 2)).toBe(true);
      contribute(run, 2, 1);
    }
    const given = leasesIn(run.effects, 2).flatMap((lease) => lease.samples);
    expect(given).toEqual(expect.arrayContaining(samples));
  });

  test("that nobody else finds is its worker's fault: round after round, it is sent away", () => {
    const run = settled(1, 2);
    const refusals: string[] = [];
    for (let i = 0; run.state.workers.get(1)?.state !== "left"; i++) {
      if (i > 100) throw new Error("it is never sent away");
      if (isWorking(run, 1)) refusals.push(...refusalsIn(contribute(run, 1, 1000)));
      if (isWorking(run, 2)) refusals.push(...refusalsIn(contribute(run, 2, 1)));
      run.tick(10);
    }
    expect(refusals).toEqual([...new Array(policy.strikes).fill("norm-too-large"), "sent-away"]);
    expect(run.state.workers.get(2)).toMatchObject({ refusals: 0 });
  });

  test.each([
    [2, 1],
    [3, 1],
    [4, 2],
    [7, 2],
  ])("counts, of %i workers, when %i others find such ones in one round, and is nobody's fault", (count, needed) => {
    const peers = Array.from({ length: count }, (_, i) => i + 1);
    const run = settled(...peers);
    const refused: number[] = [];
    for (const peer of peers) if (refusalsIn(contribute(run, peer, 1000)).length > 0) refused.push(peer);
    expect(refused).toEqual(peers.slice(0, needed));
    for (const worker of run.state.workers.values()) expect(worker.refusals).toBe(0);
  });

  test("cannot be confirmed by newcomers, nor by who has left", () => {
    const run = settled(1, 2, 3);
    contribute(run, 1, 1000);
    run.handle({ type: "disconnected", peer: 1, reason: "test" });
    run.enter(4);
    expect(run.state.round?.tooLarge.size).toBe(0);
    expect(refusalsIn(contribute(run, 2, 1000))).toEqual(["norm-too-large"]);
  });

  test("is nothing to wonder at in a run that has just begun", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(contribute(run, 1, 1e6))).toEqual([]);
  });
});

test("what the core is told of a gradient", () => {
  expect(measureGradient(Float32Array.of(3, -4))).toEqual({ finite: true, norm: 5 });
  expect(measureGradient(Float32Array.of(3, -1e30))).toEqual({ finite: true, norm: Number.POSITIVE_INFINITY });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(measureGradient(Float32Array.of(3, value)).finite).toBe(false);
  }
});
