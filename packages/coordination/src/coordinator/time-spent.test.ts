import { expect, test } from "vitest";
import { policy } from "./policy.ts";
import {
  type LeaseTime,
  noTimeSpent,
  sharesOf,
  soloSpeed,
  type TimeSpent,
  withLease,
  withWaiting,
} from "./time-spent.ts";

const lease = (change: Partial<LeaseTime> = {}): LeaseTime => ({
  sampleCount: 64,
  outMs: 10,
  heldMs: 1,
  computeMs: 6,
  headStartMs: 0,
  counts: true,
  ...change,
});

/** So many leases one after the other, 2 ms of waiting before each. */
function repeat(count: number, times: LeaseTime, start: TimeSpent = noTimeSpent): TimeSpent {
  let spent = start;
  for (let i = 0; i < count; i++) {
    spent = withWaiting(spent, 2, spent.at + 2);
    spent = withLease(spent, times, spent.at + times.outMs);
  }
  return spent;
}

const totalOf = ({ computing, sending, waiting, adding }: TimeSpent) => computing + sending + waiting + adding;

test("each millisecond is in one part, and the shares come to one", () => {
  const shares = sharesOf(repeat(1000, lease()));
  expect(shares?.computing).toBeCloseTo(6 / 12, 2);
  expect(shares?.sending).toBeCloseTo(3 / 12, 2);
  expect(shares?.waiting).toBeCloseTo(2 / 12, 2);
  expect(shares?.adding).toBeCloseTo(1 / 12, 2);
  const { computing = 0, sending = 0, waiting = 0, adding = 0 } = shares ?? {};
  expect(computing + sending + waiting + adding).toBeCloseTo(1, 12);
});

test("the parts are never longer than the time that has passed, nor than what is remembered", () => {
  for (const count of [1, 10, 100, 10_000]) {
    const spent = repeat(count, lease());
    expect(totalOf(spent)).toBeLessThanOrEqual(spent.at);
    expect(totalOf(spent)).toBeLessThanOrEqual(policy.forgetMs * (1 + 1e-9));
  }
  // Nothing is missing either: what is remembered of that time, weighted by its age, is all of it.
  const spent = repeat(500, lease());
  expect(totalOf(spent)).toBeCloseTo(policy.forgetMs * -Math.expm1(-spent.at / policy.forgetMs), 6);
});

test("what was long ago is forgotten, however long it was", () => {
  const slow = withWaiting(noTimeSpent, 600_000, 600_000);
  const shares = sharesOf(repeat((8 * policy.forgetMs) / 12, lease(), slow));
  expect(shares?.waiting).toBeCloseTo(2 / 12, 2);
});

test("the solo speed is what it computes while it computes, whatever it waits for", () => {
  expect(soloSpeed(noTimeSpent)).toBeNull();
  expect(soloSpeed(repeat(50, lease()))).toBeCloseTo(64 / 0.006, 6);
  expect(soloSpeed(withWaiting(repeat(50, lease()), 1000, 2000))).toBeCloseTo(64 / 0.006, 6);
  expect(soloSpeed(repeat(50, lease({ outMs: 500 })))).toBeCloseTo(64 / 0.006, 6);
});

test("a worker is not believed to have computed for longer than its lease was out, nor in no time", () => {
  const boaster = withLease(noTimeSpent, lease({ computeMs: 0 }), 10);
  expect(soloSpeed(boaster)).toBeCloseTo(64_000 / policy.leastComputeMs, 3);
  const sloth = withLease(noTimeSpent, lease({ computeMs: 1e9 }), 10);
  expect(totalOf(sloth)).toBeLessThanOrEqual(10);
  expect(sharesOf(sloth)).toMatchObject({
    computing: expect.closeTo(0.9, 9),
    sending: 0,
    adding: expect.closeTo(0.1, 9),
  });
});

test("a head start was counted as waiting and sending, and is moved to computing", () => {
  const spent = repeat(1000, lease({ outMs: 7, computeMs: 8, headStartMs: 3 }));
  // Of each 9 ms, 2 were waited, and 7 the lease was out: 1 it was held, 5 it was computed within, 1 is left.
  expect(sharesOf(spent)).toMatchObject({
    computing: expect.closeTo(8 / 9, 2),
    sending: 0,
    waiting: 0,
    adding: expect.closeTo(1 / 9, 2),
  });
  expect(totalOf(spent)).toBeLessThanOrEqual(policy.forgetMs * (1 + 1e-9));
  // While a lease is held, too, its worker may compute; more than there was, it cannot have.
  for (const headStartMs of [4, 400]) {
    const busy = repeat(1000, lease({ outMs: 7, computeMs: 5 + headStartMs, headStartMs }));
    expect(sharesOf(busy)).toMatchObject({ computing: 1, adding: 0 });
    expect(totalOf(busy)).toBeLessThanOrEqual(policy.forgetMs * (1 + 1e-9));
  }
});

test("what is computed for a result that does not count is computing, and in vain", () => {
  const counted = repeat(500, lease({ computeMs: 8, headStartMs: 2 }));
  const lost = repeat(500, lease({ computeMs: 8, headStartMs: 2, counts: false }));
  expect(sharesOf(lost)).toEqual(sharesOf(counted));
  expect([counted.inVain, lost.inVain]).toEqual([0, expect.closeTo(lost.computing, 6)]);
  // Forgotten like all else.
  expect(repeat((5 * policy.forgetMs) / 12, lease(), lost).inVain).toBeLessThan(0.01 * lost.inVain);
});

test("a lease that was answered within the same millisecond tells nothing, and breaks nothing", () => {
  const spent = withLease(noTimeSpent, lease({ outMs: 0, heldMs: 3 }), 0);
  expect(sharesOf(spent)).toBeNull();
  expect(soloSpeed(spent)).toBeNull();
});
