/** Who waits for whom in a round of stretches, and for how long. */
import { expect, test } from "vitest";
import { policy } from "../policy.ts";
import { leasesIn, refusalsIn, typesIn } from "../test-run.ts";
import { PLACES } from "./local-round.ts";
import { entered, LocalRun } from "./test-local-run.ts";

test("[H5] a stretch given back counts if it comes all the same, and the one lent since is revoked", () => {
  const run = entered(1, 2);
  const given = run.leaseOf(1);
  run.say(1, { type: "return-lease", lease: given.lease, reason: "no reason" });
  const since = run.leaseOf(1).lease;
  expect(since).not.toBe(given.lease);
  const { lease, version } = given;
  const stepLosses = [8, 8, 8, 8];
  const effects = run.contribute(1, { lease, version, stepLosses });
  expect(typesIn(effects)).toContain("accumulate");
  expect(effects).toContainEqual({ type: "send", peer: 1, message: { type: "revoke", lease: since } });
  expect(refusalsIn(run.contribute(1, { lease: since, version, stepLosses }))).toEqual(["already-counted"]);
});

test("[H5] newcomers do not wait for one that is slow because it was alone before", () => {
  const run = new LocalRun();
  run.enter(1);
  for (let round = 0; round < policy.trialLeases; round++) run.finish(1, 10_000);
  const control = (action: "pause" | "resume") => run.say(9, { type: "control", action });
  control("pause");
  run.finish(1, 10_000);
  for (const peer of [2, 3]) run.enter(peer);
  control("resume");
  expect([1, 2, 3].map((peer) => run.state.workers.get(peer)?.state)).toEqual(["ready", "working", "working"]);
});

test("[H4] the last batch of an epoch is not left to one newcomer, and counts from whoever is first", () => {
  const run = new LocalRun({ trainCount: 8 });
  run.enter(1);
  run.handle({ type: "disconnected", peer: 1, reason: "gone" });
  const control = (action: "pause" | "resume") => run.say(9, { type: "control", action });
  control("pause");
  for (const peer of [2, 3]) run.enter(peer);
  control("resume");
  const { lease, version } = run.leaseOf(2);
  run.tick(policy.trialDeadlineMs);
  expect(run.state.workers.get(3)?.state).toBe("working");
  const since = run.leaseOf(3).lease;
  const effects = run.contribute(2, { lease, version, stepLosses: [8] });
  expect(typesIn(effects)).toContain("update");
  expect(effects).toContainEqual({ type: "send", peer: 3, message: { type: "revoke", lease: since } });
});

test("[H5] a round that all have given up begins anew: nobody waits for anybody", () => {
  const run = entered(1);
  run.now += 60_000;
  run.say(1, { type: "availability", available: false });
  run.now += 60_000;
  run.say(1, { type: "availability", available: true });
  expect(run.stepsOf(1)).toBe(4);
});

test("[H5] nor does it run out of places for stretches", () => {
  const run = entered(1);
  for (let i = 0; i < PLACES + 1; i++) {
    run.say(1, { type: "availability", available: false });
    run.say(1, { type: "availability", available: true });
  }
  expect(run.state.workers.get(1)?.state).toBe("working");
  expect(typesIn(run.finish(1))).toContain("update");
});

test("[H9] the rate grows with no more workers than there are batches for", () => {
  const run = new LocalRun({ trainCount: 36 });
  for (const peer of [1, 2, 3]) run.enter(peer);
  run.settle(1, 2, 3);
  expect(leasesIn(run.effects).at(-1)?.stretch).toMatchObject({ step: 4, stride: 2, rateFactor: 2 });
});
