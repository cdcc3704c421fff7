import type { EpochPoint, LossPoint } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import { contradictionIn, positionOf, runPositionSchema } from "./position.ts";
import { restoreCoordinator } from "./restore.ts";
import { leasesIn, refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";

function finishedRun(): TestRun {
  const run = new TestRun();
  run.enter(1);
  run.work(1, (state) => state.control === "finished");
  return run;
}

function historyOf(run: TestRun): { losses: LossPoint[]; epochs: EpochPoint[] } {
  const losses = run.effects.flatMap((effect) =>
    effect.type === "report" && effect.report.type === "loss" ? [effect.report.point] : [],
  );
  return { losses, epochs: epochPoints(run) };
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
    expect(checkpoints).toMatchObject([
      { occasion: "epoch", epoch: 1, position: { version: 3, step: 3, ending: null, epoch: { epoch: 1, batches: 0 } } },
      { occasion: "end", epoch: 2, position: { version: 6, step: 6, ending: { control: "finished" } } },
    ]);
  });

  test("[S2] there is a checkpoint after the first step that ends later than the interval since the last one", () => {
    const run = new TestRun({ ...tinySettings, checkpointMs: 25 });
    run.enter(1);
    const stepsAt = () =>
      run.effects.flatMap((effect) => (effect.type === "checkpoint" ? [[effect.occasion, effect.position.step]] : []));
    run.work(1, (state) => state.step === 1, 5);
    expect(stepsAt()).toEqual([]);
    run.work(1, (state) => state.step === 2, 100);
    expect(stepsAt()).toEqual([["interval", 2]]);
    run.work(1, (state) => state.step === 3, 5);
    expect(stepsAt()).toEqual([["interval", 2]]);
  });

  test("[S3] a coordinator restored from any position goes on exactly as the one that stood there", () => {
    const finish = (run: TestRun) => run.work(1, (state) => state.control === "finished");
    for (let events = 1; events < 40; events += 3) {
      const first = new TestRun();
      first.enter(1);
      let left = events;
      first.work(1, () => left-- === 0);
      const position = runPositionSchema.parse(JSON.parse(JSON.stringify(positionOf(first.state, first.now))));
      if (position.ending !== null) break;
      expect(contradictionIn(tinySettings, position)).toBeNull();
      const second = new TestRun();
      second.now = first.now + 60_000;
      const past = historyOf(first);
      second.state = restoreCoordinator(tinySettings, first.state.testLabels, position, second.now, past);
      expect(second.state.curves).toEqual(first.state.curves);
      expect(second.now - second.state.startedAt).toBe(first.now - first.state.startedAt);
      second.enter(1);
      finish(second);
      expect(second.state).toMatchObject({ version: 6, control: "finished" });
      const steps = second.effects.flatMap((effect) =>
        effect.type === "report" && effect.report.type === "loss" ? [effect.report.point.step] : [],
      );
      expect(steps).toEqual([1, 2, 3, 4, 5, 6].slice(position.step));
      const epochs = epochPoints(second);
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2].slice(position.epoch.epoch));
      // The epoch that was under way has what was counted of it before.
      expect(epochs[0]?.trainingAccuracy).toBeGreaterThanOrEqual(position.epoch.correctCount / 68);
    }
  });

  test("[S3] a position of another run contradicts the settings", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 4);
    const position = positionOf(run.state, run.now);
    expect(contradictionIn(tinySettings, position)).toBeNull();
    expect(contradictionIn({ ...tinySettings, epochs: 1 }, position)).toContain("epoch 2 of 1");
    expect(contradictionIn({ ...tinySettings, trainCount: 640 }, position)).toContain("step 4");
    const beyond = { ...position, epoch: { ...position.epoch, batches: 4 } };
    expect(contradictionIn(tinySettings, beyond)).toContain("4 batches of an epoch of 3");
    run.work(1, (state) => state.control === "finished");
    expect(contradictionIn(tinySettings, positionOf(run.state, run.now))).toBe("the run is finished");
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
    expect(effects.find((effect) => effect.type === "checkpoint")).toMatchObject({
      occasion: "end",
      epoch: null,
      position: { version: 1, step: 1, ending: { control: "stopped" } },
    });
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
    expect(effects.find((effect) => effect.type === "checkpoint")).toMatchObject({
      occasion: "end",
      position: {
        version: 1,
        step: 1,
        epoch: { batches: 1, sampleCount: 32 },
        newest: { loss: run.state.newest.loss },
      },
    });
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
    run.contribute(2);
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

  test("[R8] newcomers that get no numbers end nothing, however many they are", () => {
    const run = new TestRun();
    for (const peer of [1, 2, 3]) run.enter(peer);
    for (const peer of [1, 2, 3]) run.contribute(peer, { finite: false });
    expect(run.state.control).toBe("running");
  });

  test("[R8] who left is no witness, and one that comes again and again is not many", () => {
    const run = new TestRun();
    run.enter(1);
    for (let peer = 2; peer < 10; peer++) {
      run.enter(peer);
      run.contribute(peer, { finite: false });
      expect(run.state.round?.notFinite).toEqual(new Set([peer]));
      run.handle({ type: "disconnected", peer, reason: "gone" });
    }
    expect(run.state.round?.notFinite).toEqual(new Set());
  });

  test("[R8] two of four that get no numbers while the others are late end nothing", () => {
    const run = new TestRun({ ...tinySettings, trainCount: 320 });
    const peers = [1, 2, 3, 4];
    for (const peer of peers) run.enter(peer);
    const everyone = (does: (state: string | undefined, peer: number) => boolean) =>
      peers.every((peer) => does(run.state.workers.get(peer)?.state, peer));
    // Until each has had a result counted and has another lease in hand.
    for (let i = 0; !everyone((state, peer) => state === "working" && run.leaseOf(peer).version > 0); i++) {
      expect(i).toBeLessThan(100);
      const peer = peers.find(
        (peer) => run.state.workers.get(peer)?.state === "working" && run.leaseOf(peer).version < 1,
      );
      run.contribute(peer ?? 1);
    }
    for (const peer of [1, 2]) run.contribute(peer);
    run.tick(120_000);
    expect([3, 4].map((peer) => run.state.workers.get(peer)?.state)).toEqual(["suspect", "suspect"]);
    for (const peer of [1, 2]) run.contribute(peer, { finite: false });
    expect(run.state.control).toBe("running");
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
