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

  test("that others find does not let in one far larger still", () => {
    const run = settled(1, 2, 3, 4);
    const refused = [1, 2, 3, 4].map((peer) => refusalsIn(contribute(run, peer, peer === 4 ? 1e15 : 50)).length);
    expect(refused).toEqual([1, 1, 0, 1]);
    expect(Math.max(...run.state.gradientSizes)).toBe(50);
  });

  test("cannot be confirmed by newcomers, nor by who has left", () => {
    const run = settled(1, 2, 3);
    contribute(run, 1, 1000);
    run.handle({ type: "disconnected", peer: 1, reason: "test" });
    run.enter(4);
    expect(run.state.round?.tooLarge.size).toBe(0);
    expect(refusalsIn(contribute(run, 2, 1000))).toEqual(["norm-too-large"]);
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

describe("[C14] one of the first gradients of a run", () => {
  /** Whose parameters are a vector of this length. */
  function begun(parametersNorm: number, ...peers: number[]): TestRun {
    const run = new TestRun({ ...tinySettings, trainCount: 32_000 });
    run.state = startCoordinator(run.state.settings, run.state.testLabels, run.now, parametersNorm);
    for (const peer of peers) run.enter(peer);
    return run;
  }
  const { learningRate } = tinySettings.recipe.optimizer;
  /** Of a gradient that would move the parameters of such a run by this share of their length. */
  const moving = (share: number) => (share * 9) / learningRate;
  const contributeNext = (run: TestRun, peer: number, size: number) => {
    while (!isWorking(run, peer)) run.tick(1000);
    return refusalsIn(contribute(run, peer, size));
  };

  test.each([
    [0.099, []],
    [0.101, ["norm-too-large"]],
  ])("may move the parameters by a tenth of their length, not by %d of it, whatever came before", (share, refusals) => {
    expect(refusalsIn(contribute(begun(9, 1, 2), 1, moving(share)))).toEqual(refusals);
    for (const before of [0, 1e-12, 1]) {
      const run = begun(9, 1, 2);
      expect(contributeNext(run, 1, before)).toEqual([]);
      expect(contributeNext(run, 2, moving(share)), `after ${before}`).toEqual(refusals);
    }
  });

  test.each([
    [29, []],
    [31, ["norm-too-large"]],
  ])("or be thirty times as large as one before it, not %i times", (times, refusals) => {
    const run = begun(9, 1, 2);
    expect(contributeNext(run, 1, moving(0.09))).toEqual([]);
    expect(contributeNext(run, 2, moving(0.09 * times))).toEqual(refusals);
  });

  test("that is zero says nothing of what is usual", () => {
    const run = begun(9, 1, 2);
    for (let i = 0; i < 40; i++) for (const peer of [1, 2]) contributeNext(run, peer, peer === 1 ? 0 : 1);
    expect(new Set(run.state.gradientSizes)).toEqual(new Set([1]));
    expect(contributeNext(run, 1, 1e15)).toEqual(["norm-too-large"]);
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

  test("is held against the parameters as they are when a coordinator goes on", () => {
    const { settings, testLabels } = begun(9).state;
    const run = begun(9);
    const position = runPositionSchema.parse(JSON.parse(JSON.stringify(positionOf(run.state, run.now))));
    run.state = restoreCoordinator(settings, testLabels, position, run.now, { losses: [], epochs: [] }, 9);
    for (const peer of [1, 2]) run.enter(peer);
    expect(contributeNext(run, 1, 1e15)).toEqual(["norm-too-large"]);
  });
});

test("what the core is told of a gradient", () => {
  expect(measureGradient(Float32Array.of(3, -4))).toEqual({ finite: true, norm: 5 });
  // Beyond measure is as little use as no number.
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1e30]) {
    expect(measureGradient(Float32Array.of(3, value)).finite).toBe(false);
  }
});
