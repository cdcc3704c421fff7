import { epochOrder } from "@convoy/datasets";
import { describe, expect, test } from "vitest";
import { policy } from "../policy.ts";
import { positionOf } from "../position.ts";
import { restoreCoordinator } from "../restore.ts";
import type { CoordinatorState } from "../state.ts";
import { leasesIn, refusalsIn, typesIn } from "../test-run.ts";
import { entered, LocalRun, localSettings } from "./test-local-run.ts";

const epochIn = (state: CoordinatorState) => state.epoch;

describe("a stretch", () => {
  test("[H1] names samples that follow each other in the epoch's order, and no batch is lent twice", () => {
    const run = entered(1, 2);
    const [first, second] = [run.stretchOf(1), run.stretchOf(2)];
    expect(run.leaseOf(1)).toMatchObject({ kind: "train", samples: [], draws: { seed: 5, epoch: 0 } });
    expect(first.position + first.sampleCount).toBe(second.position);
    expect([first.sampleCount, second.sampleCount]).toEqual([32, 32]);
  });

  test("[H1] of a newcomer is one step, by which its pace is known", () => {
    const run = new LocalRun();
    run.enter(1);
    run.enter(2);
    expect([run.stepsOf(1), run.stepsOf(2)]).toEqual([1, 1]);
  });

  test("[H1] is as long as the worker is quick, so that all are done at the same time", () => {
    const run = new LocalRun();
    for (const peer of [1, 2, 3]) run.enter(peer);
    for (let round = 0; round < 2; round++) {
      run.finish(1, 10);
      run.finish(2, 10);
      run.finish(3, 40);
    }
    expect([1, 2, 3].map((peer) => run.stepsOf(peer))).toEqual([4, 4, 1]);
  });

  test("[H1] the last of an epoch are shortened for all alike", () => {
    const run = entered(1, 2);
    while (run.open > 0) for (const peer of [1, 2]) run.finish(peer);
    const lengths = leasesIn(run.effects).map(({ stretch }) => stretch?.sampleCount);
    // Of the 40, 2 are spent on getting to know them, and the last has 4 samples: four rounds of 8 batches leave 6.
    expect(lengths.slice(-2)).toEqual([24, 20]);
  });

  test("[H9] says which steps of the run it takes, and how the rate grows with those who learn side by side", () => {
    const run = entered(1, 2);
    expect(run.stretchOf(1)).toMatchObject({ step: 3, stride: 2, rateFactor: 2 });
  });

  test("[L8] has its samples sent, and no others", () => {
    const run = entered(1, 2);
    const { position } = run.stretchOf(1);
    const { lease } = run.leaseOf(1);
    const order = epochOrder(5, 0, 316);
    const samples = [order[position] as number, order[position + 31] as number];
    expect(run.say(1, { type: "request-samples", lease, samples })).toMatchObject([{ type: "send-samples", samples }]);
    const stranger = [order[position + 32] as number];
    expect(refusalsIn(run.say(1, { type: "request-samples", lease, samples: stranger }))).toEqual(["unknown-sample"]);
  });
});

describe("a round of stretches", () => {
  test("[H2] is closed when all that is waited for has come, weighed by samples", () => {
    const run = entered(1, 2);
    const { version } = run.state;
    expect(typesIn(run.finish(1))).not.toContain("update");
    const effects = run.finish(2);
    expect(effects).toContainEqual({ type: "update", version: version + 1, sampleCount: 64, codec: "fp32" });
    const added = run.effects.flatMap((effect) => (effect.type === "accumulate" ? [effect.weight] : []));
    expect(added.slice(-2)).toEqual([32, 32]);
  });

  test("[H7] reports the loss of every batch, as steps that follow each other", () => {
    const run = entered(1, 2);
    run.finish(1);
    const points = run
      .finish(2)
      .flatMap((effect) => (effect.type === "report" && effect.report.type === "loss" ? [effect.report.point] : []));
    expect(points).toEqual([3, 4, 5, 6, 7, 8, 9, 10].map((step) => ({ step, loss: 1 })));
    expect(run.state).toMatchObject({ step: 10, epoch: { batches: 10, sampleCount: 80 } });
  });

  test("[H3] does not wait for who leaves: its batches are lent again in the epoch, and counted once", () => {
    const run = entered(1, 2);
    const { position } = run.stretchOf(1);
    run.finish(2);
    run.handle({ type: "disconnected", peer: 1, reason: "the tab was closed" });
    expect(run.state.epoch.batches).toBe(6);
    while (run.state.round?.kind === "train") run.finish(2);
    const lent = leasesIn(run.effects, 2).map(({ stretch }) => stretch?.position);
    expect(lent).toContain(position);
    expect(run.state.epoch).toMatchObject({ batches: 40, sampleCount: 316 });
  });

  test("[H4] waits no longer than the others let expect, and what comes later does not count", () => {
    const run = entered(1, 2, 3);
    const { lease, version } = run.leaseOf(3);
    run.finish(1);
    run.finish(2);
    run.tick(policy.lateness.least + 100);
    expect(run.state.workers.get(3)?.state).toBe("suspect");
    expect(run.state.version).toBe(version + 1);
    const late = run.contribute(3, { lease, version, stepLosses: [8, 8, 8, 8], computeMs: 300 });
    expect(refusalsIn(late)).toEqual(["stale-version"]);
    expect(run.state.workers.get(3)).toMatchObject({ state: "ready", strikes: 0 });
  });

  test("[H4] a worker that was late for a step as long as their stretches waits until it is tried again", () => {
    const run = entered(1, 2, 3);
    const { lease, version } = run.leaseOf(3);
    for (const peer of [1, 2]) run.finish(peer);
    run.tick(policy.lateness.least + 100);
    run.contribute(3, { lease, version, stepLosses: [8, 8, 8, 8], computeMs: 300 });
    for (const peer of [1, 2]) run.finish(peer);
    expect(run.state.workers.get(3)).toMatchObject({ state: "ready", lease: null });
    run.now += policy.retryMs.least;
    for (const peer of [1, 2]) run.finish(peer);
    expect(run.state.workers.get(3)?.state).toBe("working");
    expect(run.stepsOf(3)).toBe(1);
  });

  test("[H5] has one stretch of each worker; who is done waits for the others", () => {
    const run = entered(1, 2);
    expect(leasesIn(run.finish(1))).toEqual([]);
    expect(run.state.workers.get(1)?.state).toBe("ready");
  });

  test("[H5] a worker for which all others would have to wait takes part when it is tried again", () => {
    const run = new LocalRun();
    for (const peer of [1, 2]) run.enter(peer);
    for (let round = 0; round < 3; round++) {
      run.finish(1, 10);
      if (round < 2) run.finish(2, 400);
    }
    expect(run.state.workers.get(2)?.standby).not.toBeNull();
  });

  test("[H6] a contribution that says another number of steps than it was lent is malformed, with blame", () => {
    const run = entered(1, 2);
    for (const stepLosses of [[], [8, 8, 8], [8, 8, 8, 8, 8]]) {
      expect(refusalsIn(run.contribute(1, { stepLosses }))[0]).toBe("malformed");
      if (run.state.workers.get(1)?.state === "left") return;
    }
    expect.fail("the worker is sent away");
  });

  test("[C14] a change far larger than all lately is computed by another first", () => {
    const run = new LocalRun({ trainCount: 3160 });
    for (const peer of [1, 2]) run.enter(peer);
    run.settle(1, 2);
    while (run.state.gradientSizes.length < policy.sizesNeeded) for (const peer of [1, 2]) run.finish(peer);
    const steps = run.stepsOf(1);
    const stepLosses = new Array(steps).fill(8);
    expect(refusalsIn(run.contribute(1, { norm: 1000, stepLosses }))).toEqual(["norm-too-large"]);
  });
});

describe("[H8] a run that goes on", () => {
  test("knows which batches are still to come, those that were late among them", () => {
    const run = entered(1, 2);
    run.finish(2);
    run.handle({ type: "disconnected", peer: 1, reason: "gone" });
    const position = positionOf(run.state, run.now);
    expect(position.epoch).toMatchObject({
      batches: 6,
      open: [
        [2, 6],
        [10, 40],
      ],
    });
    const restored = restoreCoordinator(localSettings, run.state.testLabels, position, run.now, {
      losses: [],
      epochs: [],
    });
    expect(restored.round?.shards.map((shard) => shard === "done")).toEqual(
      Array.from({ length: 40 }, (_, batch) => batch < 2 || (batch >= 6 && batch < 10)),
    );
  });

  test("has nothing of the round that was under way", () => {
    const run = entered(1, 2);
    run.finish(1);
    const { epoch } = positionOf(run.state, run.now);
    expect(epoch).toMatchObject({ batches: 2, sampleCount: 16, open: [[2, 40]] });
    expect(epochIn(run.state).batches).toBe(2);
  });
});
