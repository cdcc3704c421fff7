import type { EpochPoint } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import { leasesIn, refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";

function finishedRun(): TestRun {
  const run = new TestRun();
  run.enter(1);
  run.work(1, (state) => state.control === "finished");
  return run;
}

function epochPoints(run: TestRun): EpochPoint[] {
  return run.effects.flatMap((effect) =>
    effect.type === "report" && effect.report.type === "epoch" ? [effect.report.point] : [],
  );
}

describe("rounds", () => {
  test("[R1] [R2] every step divides by the samples really in its batch; the last of an epoch is shorter", () => {
    const updates = finishedRun().effects.flatMap((effect) =>
      effect.type === "update" ? [[effect.version, effect.sampleCount]] : [],
    );
    expect(updates).toEqual([
      [1, 32],
      [2, 32],
      [3, 4],
      [4, 32],
      [5, 32],
      [6, 4],
    ]);
  });

  test("[R3] after each epoch the whole test set is evaluated, with the newest parameters", () => {
    const run = finishedRun();
    for (const version of [3, 6]) {
      const leases = leasesIn(run.effects).filter((lease) => lease.kind === "evaluate" && lease.version === version);
      expect(leases.flatMap((lease) => lease.samples)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(leases.every((lease) => lease.split === "test")).toBe(true);
    }
  });

  test("[R3] the epoch's figures: mean over batches of the mean loss, share of right answers", () => {
    const [first, second] = epochPoints(finishedRun());
    // The first lease of the run is one shard, so the first batch takes more leases; each says loss 1 and one right.
    expect(first).toMatchObject({ epoch: 1, step: 3, testAccuracy: 1, testLoss: 1 });
    expect(second).toMatchObject({ epoch: 2, step: 6 });
    // Leases of whole batches: losses 1/32, 1/32 and 1/4.
    expect(second?.loss).toBeCloseTo((1 / 32 + 1 / 32 + 1 / 4) / 3, 12);
    expect(second?.trainingAccuracy).toBeCloseTo(3 / 68, 12);
  });

  test("[R4] there is a checkpoint after each epoch", () => {
    const checkpoints = finishedRun().effects.filter((effect) => effect.type === "checkpoint");
    expect(checkpoints).toEqual([
      { type: "checkpoint", version: 3, step: 3, epoch: 1 },
      { type: "checkpoint", version: 6, step: 6, epoch: 2 },
    ]);
  });

  test("[R5] after the last evaluation the run is finished, everyone is told, and nothing counts any more", () => {
    const run = finishedRun();
    expect(describeRun(run.state, run.now)).toMatchObject({
      state: "finished",
      sentence: "Finished: 100.00% of the test set right after 6 steps.",
      step: 6,
      steps: 6,
      accuracy: 1,
      secondsLeft: null,
    });
    expect(run.effects).toContainEqual(
      expect.objectContaining({ peer: 1, message: expect.objectContaining({ type: "run-state", state: "ended" }) }),
    );
    expect(refusalsIn(run.contribute(1))).toEqual(["run-ended"]);
    const newcomer = run.enter(2);
    expect(leasesIn(newcomer)).toEqual([]);
    expect(typesIn(newcomer)).toContain("send run-state");
  });

  test("[R6] a stopped run saves its parameters and ends", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 1);
    const effects = run.say(99, { type: "control", action: "stop" });
    // In the midst of an epoch: the file of the last whole epoch must not be written again.
    expect(effects).toContainEqual({ type: "checkpoint", version: 1, step: 1, epoch: null });
    expect(describeRun(run.state, run.now)).toMatchObject({ state: "stopped", step: 1 });
    expect(refusalsIn(run.contribute(1))).toEqual(["run-ended"]);
    expect(refusalsIn(run.say(99, { type: "control", action: "resume" }))).toEqual(["run-ended"]);
  });

  test("[R7] without workers the run waits, and says so", () => {
    const run = new TestRun();
    expect(describeRun(run.state, run.now)).toMatchObject({
      state: "waiting",
      sentence: expect.stringContaining("open the worker page"),
    });
    run.enter(1);
    run.work(1, (state) => state.step === 2);
    run.handle({ type: "disconnected", peer: 1, reason: "closed" });
    run.tick(3_600_000);
    expect(describeRun(run.state, run.now)).toMatchObject({ state: "waiting", step: 2 });
    run.enter(2);
    run.work(2, (state) => state.control === "finished");
    expect(run.state.step).toBe(6);
  });

  test("[V4] two people may stop the run at once", () => {
    const run = new TestRun();
    run.say(98, { type: "control", action: "stop" });
    expect(run.say(99, { type: "control", action: "stop" })).toEqual([]);
  });

  test("[R8] a run whose parameters overflow stops at the step before, and says why", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 2);
    const effects = run.handle({ type: "diverged" });
    expect(effects).toContainEqual({ type: "checkpoint", version: 1, step: 1, epoch: null });
    const view = describeRun(run.state, run.now);
    expect(view).toMatchObject({
      state: "stopped",
      step: 1,
      sentence: expect.stringContaining("diverged after 1 step:"),
    });
    expect(run.effects).toContainEqual(
      expect.objectContaining({ peer: 1, message: expect.objectContaining({ type: "run-state", state: "ended" }) }),
    );
    expect(refusalsIn(run.contribute(1))).toEqual(["run-ended"]);
  });

  test("[R8] a run in which most workers get no numbers stops, and blames no worker", () => {
    const run = new TestRun({ ...tinySettings, trainCount: 320 });
    run.enter(1);
    run.work(1, (state) => state.step === 1);
    run.enter(2);
    run.work(1, (state) => state.workers.get(2)?.state === "working");
    run.contribute(1, { finite: false });
    expect(run.state.control).toBe("running");
    run.contribute(2, { finite: false });
    expect(describeRun(run.state, run.now)).toMatchObject({
      state: "stopped",
      sentence: expect.stringContaining("diverged"),
    });
    expect([...run.state.workers.values()].map((worker) => worker.state)).toEqual(["ready", "ready"]);
  });

  test("[R8] one worker of three that gets no numbers is blamed itself", () => {
    const run = new TestRun();
    for (const peer of [1, 2, 3]) run.enter(peer);
    for (let i = 0; i < 3; i++) run.contribute(1, { finite: false });
    expect(run.state.control).toBe("running");
    expect(run.state.workers.get(1)?.state).toBe("left");
  });

  test("[V3] a worker cannot control the run", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.say(1, { type: "control", action: "stop" }))).toEqual(["not-allowed"]);
    expect(run.state.control).toBe("running");
  });

  test("the same events give the same decisions", () => {
    expect(finishedRun().effects).toEqual(finishedRun().effects);
  });

  test("the view says how fast and how long", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 2, 100);
    const view = describeRun(run.state, run.now);
    // 64 samples in four leases of one or more shards, 100 ms each.
    expect(view.samplesPerSecond).toBeGreaterThan(50);
    expect(view.secondsLeft).toBeCloseTo((2 * 68 - 64) / view.samplesPerSecond, 6);
    expect(view.sentence).toMatch(/^Training: step 2 of 6, epoch 1 of 2, about 1 s left\.$/);
  });
});
