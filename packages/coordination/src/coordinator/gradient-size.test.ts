import { describe, expect, test } from "vitest";
import { measureGradient } from "./gradient-size.ts";
import { policy } from "./policy.ts";
import { positionOf, runPositionSchema } from "./position.ts";
import { restoreCoordinator } from "./restore.ts";
import { leasesIn, refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";
import { startCoordinator } from "./transition.ts";

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

  test("may be a hundred times as large while few are known", () => {
    const run = new TestRun();
    for (const peer of [1, 2]) run.enter(peer);
    contribute(run, 1, 1);
    expect(run.state.gradientSizes).toEqual([1]);
    expect(refusalsIn(contribute(run, 2, 101))).toEqual(["norm-too-large"]);
    while (!isWorking(run, 1)) run.tick(1000);
    expect(refusalsIn(contribute(run, 1, 99))).toEqual([]);
  });

  test("cannot raise by itself, step by step, what is let in", () => {
    const peers = [1, 2, 3, 4];
    const run = settled(...peers);
    let largest = 0;
    for (let i = 0; i < 400; i++) {
      for (const peer of peers) {
        if (!isWorking(run, peer)) continue;
        const known = Math.max(...run.state.gradientSizes);
        const size = peer === 4 ? 9.9 * known : 1;
        if (refusalsIn(contribute(run, peer, size)).length === 0) largest = Math.max(largest, size);
      }
      run.tick(10);
    }
    expect(largest).toBeGreaterThan(9);
    expect(largest).toBeLessThan(100);
  });

  test("is as unusual after a restart", () => {
    const run = settled(1);
    const position = runPositionSchema.parse(JSON.parse(JSON.stringify(positionOf(run.state, run.now))));
    const { settings, testLabels } = run.state;
    run.state = restoreCoordinator(settings, testLabels, position, run.now, { losses: [], epochs: [] });
    run.enter(2);
    expect(refusalsIn(contribute(run, 2, 1000))).toEqual(["norm-too-large"]);
  });
});

describe("[C14] the first gradient of a run", () => {
  /** Whose parameters are a vector of this length. */
  function begun(startNorm: number, ...peers: number[]): TestRun {
    const run = new TestRun();
    run.state = startCoordinator(tinySettings, run.state.testLabels, run.now, startNorm);
    for (const peer of peers) run.enter(peer);
    return run;
  }
  const { learningRate } = tinySettings.recipe.optimizer;

  test.each([
    [0.099, []],
    [0.101, ["norm-too-large"]],
  ])("may move the parameters by a tenth of their length, not by %d of it", (share, refusals) => {
    const run = begun(9, 1, 2);
    expect(refusalsIn(contribute(run, 1, (share * 9) / learningRate))).toEqual(refusals);
  });

  test("that is too large is computed by others, though nobody has shown anything yet, and its worker is to blame", () => {
    const run = begun(9, 1, 2);
    contribute(run, 1, 1e9);
    expect(isWorking(run, 1)).toBe(false);
    for (let i = 0; run.state.version === 0; i++) {
      if (i > 100) throw new Error("the round never ends");
      if (isWorking(run, 2)) expect(refusalsIn(contribute(run, 2, 1))).toEqual([]);
      run.tick(100);
    }
    expect(run.state.workers.get(1)?.strikes).toBe(1);
    expect(Math.max(...run.state.gradientSizes)).toBe(1);
  });

  test("is believed when another finds such a one, or when the only worker finds it again", () => {
    const run = begun(9, 1, 2);
    expect(refusalsIn(contribute(run, 1, 1e9))).toEqual(["norm-too-large"]);
    expect(refusalsIn(contribute(run, 2, 1e9))).toEqual([]);
    const alone = begun(9, 1);
    expect(refusalsIn(contribute(alone, 1, 1e9))).toEqual(["norm-too-large"]);
    expect(refusalsIn(contribute(alone, 1, 1e9))).toEqual([]);
  });
});

test("what the core is told of a gradient", () => {
  expect(measureGradient(Float32Array.of(3, -4))).toEqual({ finite: true, norm: 5 });
  // Beyond measure is as little use as no number.
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1e30]) {
    expect(measureGradient(Float32Array.of(3, value)).finite).toBe(false);
  }
});
