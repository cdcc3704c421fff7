import { describe, expect, test } from "vitest";
import { policy } from "./policy.ts";
import { leasesIn, refusalsIn, TestRun, typesIn } from "./test-run.ts";

/** Everything but what may change on a refusal: the worker's own record and the alarm. */
function essence({ state }: TestRun) {
  return {
    step: state.step,
    version: state.version,
    parts: state.round?.parts,
    epoch: state.epoch,
    newest: state.newest,
  };
}

describe("contributions", () => {
  test("[C1] each shard is accumulated once", () => {
    const run = new TestRun();
    run.enter(1);
    run.enter(2);
    run.work(1, () => run.state.round?.shards.includes("open") === false);
    run.contribute(2);
    run.work(1, (state) => state.step === 1);
    const groups = run.effects
      .slice(
        0,
        run.effects.findIndex((effect) => effect.type === "update"),
      )
      .flatMap((effect) => (effect.type === "accumulate" ? [effect.group] : []));
    const shards = groups.flatMap(({ level, index }) =>
      Array.from({ length: 2 ** level }, (_, i) => index * 2 ** level + i),
    );
    expect(shards.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  test("[C2] a duplicate is refused and changes nothing", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease } = run.leaseOf(1);
    run.contribute(1, { lease });
    const before = essence(run);
    const effects = run.contribute(1, { lease });
    expect(refusalsIn(effects)).toEqual(["already-counted"]);
    expect(typesIn(effects)).not.toContain("accumulate");
    expect(essence(run)).toEqual(before);
    expect(run.state.workers.get(1)).toMatchObject({ strikes: 0, shards: 1 });
  });

  test("[C3] a late one counts while nobody was quicker, and the second worker is told to stop", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease } = run.leaseOf(1);
    run.tick(policy.firstDeadlineMs);
    run.enter(2);
    const second = run.leaseOf(2);
    expect(second.samples).toEqual(run.leaseOf(1).samples);
    const effects = run.contribute(1, { lease });
    expect(typesIn(effects)).toContain("accumulate");
    expect(effects).toContainEqual({ type: "send", peer: 2, message: { type: "revoke", lease: second.lease } });
    expect(refusalsIn(run.contribute(2, { lease: second.lease }))).toEqual(["already-counted"]);
    run.work(2, (state) => state.control === "finished");
    run.work(1, (state) => state.control === "finished");
    expect(run.state.step).toBeGreaterThan(0);
  });

  test("[C3] a late one that comes second is refused without blame", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease } = run.leaseOf(1);
    run.tick(policy.firstDeadlineMs);
    run.enter(2);
    run.contribute(2);
    expect(refusalsIn(run.contribute(1, { lease }))).toEqual(["already-counted"]);
    expect(run.state.workers.get(1)).toMatchObject({ strikes: 0, refusals: 0 });
    expect(["ready", "working"]).toContain(run.state.workers.get(1)?.state);
  });

  test("[C4] one that was computed with older parameters is refused", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.step === 1);
    const before = essence(run);
    expect(refusalsIn(run.contribute(1, { version: 0 }))).toEqual(["stale-version"]);
    expect(essence(run)).toEqual(before);
  });

  test("[C4] one for a lease in hand that names other parameters is the worker's fault", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.contribute(1, { version: 7 }))).toEqual(["stale-version"]);
    expect(run.state.workers.get(1)).toMatchObject({ strikes: 1, leases: 0 });
  });

  test("[C4] one for a lease of an earlier round is not", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease } = run.leaseOf(1);
    run.work(1, (state) => state.step === 1);
    run.contribute(1, { lease, version: 0 });
    expect(run.state.workers.get(1)).toMatchObject({ strikes: 0, refusals: 0 });
  });

  test("[C5] one for somebody else's lease is refused and does not disturb it", () => {
    const run = new TestRun();
    run.enter(1);
    run.enter(2);
    const { lease } = run.leaseOf(1);
    expect(refusalsIn(run.contribute(2, { lease }))).toEqual(["not-your-lease"]);
    expect(refusalsIn(run.contribute(1))).toEqual([]);
  });

  test("[C6] one for a lease that was never given is refused", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.contribute(1, { lease: 4_000_000 }))).toEqual(["unknown-lease"]);
  });

  test.each([
    ["a gradient", { finite: false }],
    ["a loss", { lossSum: Number.NaN }],
    ["an infinite loss", { lossSum: Number.POSITIVE_INFINITY }],
  ])("[C7] %s that is not a number is refused, and the shards are given out again", (_, change) => {
    const run = new TestRun();
    run.enter(1);
    const { samples } = run.leaseOf(1);
    const effects = run.contribute(1, change);
    expect(refusalsIn(effects)).toEqual(["not-finite"]);
    expect(typesIn(effects)).not.toContain("accumulate");
    expect(leasesIn(effects, 1)[0]?.samples).toEqual(samples);
  });

  test("[C7] an evaluation whose loss is not a number is refused, and the shards are given out again", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.round?.kind === "evaluate");
    const { samples } = run.leaseOf(1);
    const effects = run.evaluate(1, (_, label) => ({ named: label, loss: Number.NaN }));
    expect(refusalsIn(effects)).toEqual(["not-finite"]);
    expect(leasesIn(effects, 1)[0]?.samples).toEqual(samples);
  });

  test("[C8] one of another run is refused", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.contribute(1, { run: "ffffffffffffffff" }))).toEqual(["wrong-run"]);
  });

  test("[C9] one whose frame was damaged gives its lease back", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease, samples } = run.leaseOf(1);
    const effects = run.handle({
      type: "not-understood",
      peer: 1,
      refusal: { reason: "bad-checksum", sentence: "damaged", lease },
    });
    expect(refusalsIn(effects)).toEqual(["bad-checksum"]);
    expect(leasesIn(effects, 1)[0]?.samples).toEqual(samples);
    expect(typesIn(effects)).toContain("send-parameters");
  });

  test("[C9] so does one that was not understood at all", () => {
    const run = new TestRun();
    run.enter(1);
    const { samples } = run.leaseOf(1);
    const refusal = { reason: "malformed", sentence: '"frame": must be bytes.' } as const;
    const effects = run.handle({ type: "not-understood", peer: 1, refusal });
    expect(leasesIn(effects, 1)[0]?.samples).toEqual(samples);
    expect(run.state.workers.get(1)).toMatchObject({ state: "working", strikes: 1 });
  });

  test("[C9] a result for a lease that was given back counts, and the lease in hand stays in hand", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease: first } = run.leaseOf(1);
    run.enter(2);
    run.say(1, { type: "return-lease", lease: first, reason: "test" });
    const second = run.leaseOf(1);
    run.contribute(2);
    expect(run.leaseOf(2).samples).not.toEqual(second.samples);
    const effects = run.contribute(1, { lease: first });
    // Both leases name the same shards: the second is over with the first.
    expect(typesIn(effects)).toContain("accumulate");
    expect(effects).toContainEqual({ type: "send", peer: 1, message: { type: "revoke", lease: second.lease } });
  });

  test("[C10] more right answers than samples are refused", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.contribute(1, { correctCount: 9 }))).toEqual(["malformed"]);
  });

  test("[C11] an evaluation does not pass for a contribution, nor the other way round", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.evaluate(1))).toEqual(["wrong-kind"]);
    run.work(1, (state) => state.round?.kind === "evaluate");
    expect(refusalsIn(run.contribute(1))).toEqual(["wrong-kind"]);
  });
});

test("[C12] a lease that is given back is open for others, and the worker gets the parameters again", () => {
  const run = new TestRun();
  run.enter(1);
  const { lease } = run.leaseOf(1);
  const effects = run.say(1, { type: "return-lease", lease, reason: "it does not hold version 0" });
  expect(typesIn(effects).filter((type) => type === "send-parameters" || type === "send lease")).toEqual([
    "send-parameters",
    "send lease",
  ]);
});
