import { epochOrder, SHARD_SIZE } from "@convoy/datasets";
import { RandomSequence } from "@convoy/foundation";
import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import { policy } from "./policy.ts";
import { leasesIn, refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";

const big = { ...tinySettings, recipe: { ...tinySettings.recipe, batchSize: 64 }, trainCount: 640, epochs: 1 };

/**
 * Workers that take 2 ms and so many milliseconds a sample, each finishing in its own time. Returns how many samples
 * of a batch each computed on average between two steps.
 */
function simulate(run: TestRun, msPerSample: number[], fromStep: number, toStep: number): number[] {
  const samples = msPerSample.map(() => 0);
  while (run.state.step < toStep) {
    const finishing = [...run.state.workers.values()]
      .flatMap(({ peer, lease }) =>
        lease === null
          ? []
          : [{ peer, lease, at: lease.issuedAt + 2 + lease.sampleCount * (msPerSample[peer - 1] as number) }],
      )
      .sort((a, b) => a.at - b.at);
    const { peer, lease, at } = finishing[0] as (typeof finishing)[number];
    run.now = at;
    if (run.state.step >= fromStep) samples[peer - 1] = (samples[peer - 1] as number) + lease.sampleCount;
    run.contribute(peer, { lease: lease.id });
  }
  return samples.map((sum) => sum / (toStep - fromStep));
}

describe("leases", () => {
  test("[L1] name consecutive samples of the batch's order, and together the whole batch", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 1);
    const batch = [...epochOrder(tinySettings.seed, 0, tinySettings.trainCount).subarray(0, 32)];
    const leases = leasesIn(run.effects, 1).filter((lease) => lease.version === 0);
    expect(leases.length).toBeGreaterThan(1);
    for (const { samples } of leases) {
      const first = batch.indexOf(samples[0] as number);
      expect(samples).toEqual(batch.slice(first, first + samples.length));
    }
    expect(leases.flatMap((lease) => lease.samples).toSorted()).toEqual(batch.toSorted());
  });

  test("[L13] to train name the seed and the epoch, those to evaluate no random numbers", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.epoch.epoch === 1 && state.step === 5);
    const drawn = leasesIn(run.effects, 1).map(({ kind, draws }) => [kind, draws]);
    const { seed } = tinySettings;
    for (const epoch of [0, 1]) expect(drawn).toContainEqual(["train", { seed, epoch }]);
    for (const [kind, draws] of drawn) expect(draws === null).toBe(kind === "evaluate");
    expect(drawn).toContainEqual(["evaluate", null]);
  });

  test("[L2] the parameters go ahead of the first lease of a version, and only of the first", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 3);
    const sent = typesIn(
      run.effects.filter(
        (effect) => effect.type === "send-parameters" || (effect.type === "send" && effect.message.type === "lease"),
      ),
    );
    expect(sent.slice(0, 2)).toEqual(["send-parameters", "send lease"]);
    expect(sent.filter((type) => type === "send-parameters")).toHaveLength(4);
    expect(leasesIn(run.effects).length).toBeGreaterThan(4);
  });

  test("[L3] no shard is in two active leases, whatever happens", () => {
    const random = new RandomSequence(1, "test");
    const run = new TestRun(big);
    for (let i = 0; i < 5000 && run.state.control === "running"; i++) {
      const peer = 1 + random.below(6);
      run.now += random.below(3000);
      const worker = run.state.workers.get(peer);
      const action = random.below(10);
      if (worker === undefined || worker.state === "left") {
        run.enter(peer);
      } else if (action === 0) run.handle({ type: "disconnected", peer, reason: "test" });
      else if (action === 1) run.handle({ type: "tick" });
      else if (worker.lease !== null)
        run.state.round?.kind === "evaluate"
          ? run.evaluate(peer)
          : run.contribute(peer, { version: run.state.version });
      const owners = new Map<number, number>();
      for (const lease of run.state.leases.values()) {
        if (lease.state !== "active") continue;
        const first = lease.group.index * 2 ** lease.group.level;
        for (
          let shard = first;
          shard < Math.min(first + 2 ** lease.group.level, run.state.round?.shards.length ?? 0);
          shard++
        ) {
          expect(owners.has(shard)).toBe(false);
          expect(run.state.round?.shards[shard]).toBe("leased");
          owners.set(shard, lease.id);
        }
      }
      expect(run.state.round?.shards.filter((shard) => shard === "leased").length ?? 0).toBe(owners.size);
    }
    expect(run.state.step).toBe(10);
  });

  test("[L5] a newcomer shows its speed on one shard, then gets its share", () => {
    const run = new TestRun(big);
    run.enter(1);
    expect(run.leaseOf(1).samples).toHaveLength(SHARD_SIZE);
    run.work(1, (state) => state.step === 1);
    expect(run.leaseOf(1).samples).toHaveLength(64);
  });

  test.each([
    ["two equal workers share the batch evenly", [1, 1], [32, 32]],
    ["four equal workers too", [1, 1, 1, 1], [16, 16, 16, 16]],
    ["a worker three times as quick gets more", [1, 3], [48, 16]],
  ])("[L5] %s, also when one came later", (_, msPerSample, expected) => {
    const run = new TestRun({ ...big, trainCount: 64 * 200 });
    run.enter(1);
    run.work(1, (state) => state.step === 5, 66);
    for (let peer = 2; peer <= msPerSample.length; peer++) run.enter(peer);
    const samplesOf = simulate(run, msPerSample, 100, 150);
    samplesOf.forEach((samples, i) => {
      expect(samples / (expected[i] as number)).toBeGreaterThan(0.75);
      expect(samples / (expected[i] as number)).toBeLessThan(1.35);
    });
  });

  test("[L6] a worker so slow that the round would wait for it is passed over, and tried again later", () => {
    const run = new TestRun(big);
    run.enter(1);
    run.work(1, (state) => state.step === 2);
    run.enter(2);
    // Worker 1 takes 10 ms a lease; worker 2 takes a second for each one of its trial.
    for (let trial = 0; trial < policy.trialLeases; trial++) {
      run.work(1, (state) => state.workers.get(2)?.state === "working");
      run.work(1, () => false);
      run.now += 1000;
      run.contribute(2);
    }
    expect(run.state.workers.get(2)?.speed.train).toBeCloseTo(SHARD_SIZE, 0);
    const trials = leasesIn(run.effects, 2).length;
    const { step } = run.state;
    run.work(1, (state) => state.step === step + 2);
    expect(leasesIn(run.effects, 2)).toHaveLength(trials);
    run.now += policy.retryMs.least;
    run.work(1, (state) => state.step === step + 3);
    expect(leasesIn(run.effects, 2)).toHaveLength(trials + 1);
  });

  test("[L10] newcomers hold at most a quarter of a round while others are there", () => {
    const run = new TestRun(big);
    run.enter(1);
    run.work(1, (state) => state.step === 2);
    for (let peer = 2; peer <= 20; peer++) run.enter(peer);
    run.work(1, (state) => state.step === 3);
    const held = [...run.state.workers.values()].filter((worker) => worker.peer !== 1 && worker.lease !== null);
    expect(held).toHaveLength(2);
  });

  test("[L7] a paused run gives no lease; what is out still counts", () => {
    const run = new TestRun();
    run.enter(1);
    run.say(99, { type: "control", action: "pause" });
    expect(leasesIn(run.contribute(1))).toEqual([]);
    expect(run.state.workers.get(1)).toMatchObject({ state: "ready", shards: 1 });
    expect(describeRun(run.state, run.now).state).toBe("paused");
    expect(leasesIn(run.say(99, { type: "control", action: "resume" }), 1)).toHaveLength(1);
  });

  test("[L8] samples are handed out for a lease in hand, and only those it names", () => {
    const run = new TestRun();
    run.enter(1);
    run.enter(2);
    const { lease, samples } = run.leaseOf(1);
    expect(run.say(1, { type: "request-samples", lease, samples: samples.slice(2, 4) })).toContainEqual({
      type: "send-samples",
      peer: 1,
      lease,
      split: "train",
      samples: samples.slice(2, 4),
    });
    const elsewhere = run.state.order.at(-1) as number;
    for (const stranger of [elsewhere, run.leaseOf(2).samples[0] as number]) {
      const effects = run.say(1, { type: "request-samples", lease, samples: [stranger] });
      expect(refusalsIn(effects)).toEqual(["unknown-sample"]);
    }
    expect(refusalsIn(run.say(2, { type: "request-samples", lease, samples: samples.slice(0, 1) }))).toEqual([
      "not-your-lease",
    ]);
    expect(refusalsIn(run.say(2, { type: "request-samples", lease: 999, samples: [0] }))).toEqual(["unknown-lease"]);
  });
});

describe("samples ahead", () => {
  /** A worker that has shown its speed, at the beginning of an epoch of many batches. */
  function settled(): TestRun {
    const run = new TestRun(big);
    run.enter(1);
    run.work(1, (state) => state.step === 2);
    return run;
  }

  test("[L12] are those at the same place of the next batch, for a worker that is new", () => {
    const run = new TestRun();
    run.enter(1);
    const { samples, ahead } = run.leaseOf(1);
    expect(samples).toEqual([...run.state.order.subarray(0, 8)]);
    expect(ahead).toEqual([...run.state.order.subarray(32, 40)]);
  });

  test("[L12] are named as long as the worker asks for samples, and handed out as those of the lease", () => {
    const run = settled();
    expect(run.leaseOf(1).ahead).toEqual([]);
    const { lease, samples } = run.leaseOf(1);
    run.say(1, { type: "request-samples", lease, samples });
    run.contribute(1);
    const next = run.leaseOf(1);
    const { batchSize } = run.state.settings.recipe;
    const place = run.state.epoch.batches * batchSize;
    expect(next.samples).toEqual([...run.state.order.subarray(place, place + batchSize)]);
    expect(next.ahead).toEqual([...run.state.order.subarray(place + batchSize, place + 2 * batchSize)]);
    expect(run.say(1, { type: "request-samples", lease: next.lease, samples: next.ahead })).toContainEqual({
      type: "send-samples",
      peer: 1,
      lease: next.lease,
      split: "train",
      samples: next.ahead,
    });
    run.contribute(1);
    expect(run.leaseOf(1).samples).toEqual(next.ahead);
    expect(run.leaseOf(1).ahead).not.toEqual([]);
    run.contribute(1);
    expect(run.leaseOf(1).ahead).toEqual([]);
  });

  test("[L12] [L8] that a lease does not name are refused", () => {
    const run = settled();
    const { lease } = run.leaseOf(1);
    const sample = run.state.order[(run.state.epoch.batches + 1) * run.state.settings.recipe.batchSize] as number;
    const effects = run.say(1, { type: "request-samples", lease, samples: [sample] });
    expect(refusalsIn(effects)).toEqual(["unknown-sample"]);
  });

  test("[L12] end with the epoch: there are fewer in its last batch but one, and none in its last", () => {
    const run = new TestRun();
    run.enter(1);
    const aheadCounts: number[] = [];
    while (run.state.round?.kind === "train") {
      const { lease, samples, ahead } = run.leaseOf(1);
      aheadCounts[run.state.step] = (aheadCounts[run.state.step] ?? 0) + ahead.length;
      run.say(1, { type: "request-samples", lease, samples });
      run.contribute(1);
    }
    // Of 68 samples, 32 at a time.
    expect(aheadCounts).toEqual([32, 4, 0]);
    expect(run.leaseOf(1)).toMatchObject({ kind: "evaluate", ahead: [] });
  });

  test("[L12] are no more than a message may name", () => {
    const batchSize = 2 * limits.aheadSamples;
    const run = new TestRun({ ...big, recipe: { ...big.recipe, batchSize }, trainCount: 8 * batchSize });
    run.enter(1);
    const longest: number[] = [0];
    while (run.state.step < 4) {
      const { lease, samples, ahead } = run.leaseOf(1);
      longest.push(ahead.length);
      run.say(1, { type: "request-samples", lease, samples });
      run.now += 10;
      run.contribute(1);
    }
    expect(Math.max(...longest)).toBe(limits.aheadSamples);
  });
});

test("[L9] no lease names more samples than a message may", () => {
  const trainCount = 4 * limits.leaseSamples;
  const run = new TestRun({ ...big, recipe: { ...big.recipe, batchSize: trainCount }, trainCount, epochs: 2 });
  run.enter(1);
  run.work(1, (state) => state.step === 2);
  expect(Math.max(...leasesIn(run.effects).map((lease) => lease.samples.length))).toBe(limits.leaseSamples);
});

test("[L9] nor more than whose pixels fit into one message", () => {
  const model = { ...big.recipe.model, inputShape: [512, 512, 1] as const };
  const run = new TestRun({ ...big, recipe: { ...big.recipe, model } });
  run.enter(1);
  run.work(1, (state) => state.step === 8);
  const longest = Math.max(...leasesIn(run.effects).map((lease) => lease.samples.length));
  expect(longest * 512 * 512).toBe(limits.samplesBytes);
});

test("[L9] and it is the dataset's pictures that have to fit, from which the network may take a part", () => {
  const { mean, deviation } = big.recipe.preprocessing;
  const crop = { height: 28, width: 28, place: "random" } as const;
  const preprocessing = { mean, deviation, imageShape: [512, 512, 1] as const, crop };
  const run = new TestRun({ ...big, recipe: { ...big.recipe, preprocessing } });
  run.enter(1);
  run.work(1, (state) => state.step === 8);
  const longest = Math.max(...leasesIn(run.effects).map((lease) => lease.samples.length));
  expect(longest * 512 * 512).toBe(limits.samplesBytes);
});

describe("[L4] a lease that is not answered in time", () => {
  test("asks to be woken at its deadline", () => {
    const run = new TestRun();
    const alarm = run
      .enter(1)
      .filter((effect) => effect.type === "wake-at")
      .at(-1);
    expect(alarm).toEqual({ type: "wake-at", at: run.now + policy.firstDeadlineMs });
  });

  test("goes to someone else, and its worker is suspect until it is heard of", () => {
    const run = new TestRun();
    run.enter(1);
    const late = run.leaseOf(1);
    run.enter(2);
    run.work(2, () => false);
    const effects = run.tick(policy.firstDeadlineMs);
    expect(run.state.workers.get(1)?.state).toBe("suspect");
    expect(leasesIn(effects, 2).map((lease) => lease.samples)).toEqual([late.samples]);
    run.contribute(2);
    expect(run.state.step).toBe(1);
    expect(leasesIn(run.effects, 1)).toHaveLength(1);
    run.contribute(1, { lease: late.lease, version: 0 });
    expect(run.state.workers.get(1)?.state).not.toBe("suspect");
  });

  test.each([
    ["asks for its samples", "request-samples"],
    ["gives it back", "return-lease"],
  ] as const)("leaves its worker free once that %s, also after the round", (_, type) => {
    const run = new TestRun();
    run.enter(1);
    const { lease, samples } = run.leaseOf(1);
    run.enter(2);
    run.work(2, () => false);
    run.tick(policy.firstDeadlineMs);
    run.work(2, (state) => state.step === 1);
    expect(run.state.step).toBe(1);
    expect(run.state.workers.get(1)?.state).toBe("suspect");
    run.say(1, type === "request-samples" ? { type, lease, samples } : { type, lease, reason: "too slow" });
    expect(run.state.workers.get(1)?.state).not.toBe("suspect");
  });

  test("waits when there is nobody else, and says for whom", () => {
    const run = new TestRun();
    run.enter(1);
    run.tick(policy.firstDeadlineMs);
    expect(describeRun(run.state, run.now)).toMatchObject({
      state: "waiting",
      sentence: "Waiting for worker 1, which is late.",
    });
    run.work(1, () => false);
    run.contribute(1);
    run.work(1, (state) => state.control === "finished");
    expect(run.state.control).toBe("finished");
  });
});

describe("the leases of a round that is held up", () => {
  /** Gives its lease back by pausing, and gets another. */
  const again = (run: TestRun) => {
    run.say(1, { type: "availability", available: false });
    run.say(1, { type: "availability", available: true });
  };
  const most = limits.workers + policy.leasesRemembered;

  test("are remembered up to a number, and then the oldest is forgotten", () => {
    const run = new TestRun();
    run.enter(1);
    for (let lease = 1; lease < most; lease++) again(run);
    expect([run.state.leases.size, run.state.leases.has(1)]).toEqual([most, true]);
    again(run);
    expect([run.state.leases.size, run.state.leases.has(1)]).toEqual([most, false]);
  });

  test("are forgotten only when they are over", () => {
    const run = new TestRun();
    run.enter(2);
    const held = run.leaseOf(2).lease;
    run.tick(policy.firstDeadlineMs);
    run.enter(1);
    for (let lease = 0; lease < most; lease++) again(run);
    expect(run.state.leases.size).toBe(most);
    expect(run.state.leases.get(held)).toMatchObject({ peer: 2, state: "expired" });
  });
});
