/** Which stretch a worker is told it will probably get next, and what it gets then. */
import { epochOrder } from "@convoy/datasets";
import { describe, expect, test } from "vitest";
import { policy } from "../policy.ts";
import { refusalsIn, typesIn } from "../test-run.ts";
import { entered, LocalRun } from "./test-local-run.ts";

/** The newest that a peer was told: first batch and the one after the last, of an epoch. */
function toldTo(run: LocalRun, peer: number) {
  const told = run.effects.flatMap((effect) =>
    effect.type === "send" && effect.peer === peer && effect.message.type === "next-stretch" ? [effect.message] : [],
  );
  const newest = told.at(-1);
  return newest && { lease: newest.lease, epoch: newest.epoch, ...batchesOf(newest) };
}

function batchesOf({ position, sampleCount }: { position: number; sampleCount: number }) {
  return { first: position / 8, end: Math.ceil((position + sampleCount) / 8) };
}

const lentTo = (run: LocalRun, peer: number) => batchesOf(run.stretchOf(peer));

/** Trains until no batch of the epoch is open, and takes the test set too if told. */
function finishEpoch(run: LocalRun, peers: readonly number[], evaluates = false): void {
  while (run.open > 0) for (const peer of peers) run.finish(peer);
  if (!evaluates) return;
  for (const peer of peers) run.finish(peer);
  while (run.state.round?.kind === "evaluate") {
    for (const peer of peers) {
      run.now += 5;
      if (run.state.workers.get(peer)?.lease?.kind === "evaluate") run.evaluate(peer);
    }
  }
}

describe("[H11] the stretch after the one in hand", () => {
  test("is told behind the leases of a round, follows them all, and is lent in the next", () => {
    const run = entered(1, 2);
    expect([lentTo(run, 1), lentTo(run, 2)]).toEqual([
      { first: 2, end: 6 },
      { first: 6, end: 10 },
    ]);
    const told = [toldTo(run, 1), toldTo(run, 2)];
    expect(told).toEqual([
      { lease: run.leaseOf(1).lease, epoch: 0, first: 10, end: 14 },
      { lease: run.leaseOf(2).lease, epoch: 0, first: 14, end: 18 },
    ]);
    run.finish(2);
    const effects = typesIn(run.finish(1));
    expect(effects.lastIndexOf("send lease")).toBeLessThan(effects.indexOf("send next-stretch"));
    expect([lentTo(run, 1), lentTo(run, 2)]).toEqual([
      { first: 10, end: 14 },
      { first: 14, end: 18 },
    ]);
  });

  test("is not told to a newcomer, whose pace nobody knows", () => {
    const run = new LocalRun();
    for (const peer of [1, 2]) run.enter(peer);
    expect([toldTo(run, 1), toldTo(run, 2)]).toEqual([undefined, undefined]);
  });

  test("is not lent to others as long as something else is open", () => {
    const run = entered(1, 2);
    run.enter(3);
    expect(lentTo(run, 3)).toEqual({ first: 18, end: 19 });
    run.handle({ type: "disconnected", peer: 2, reason: "gone" });
    for (const peer of [1, 3]) run.finish(peer);
    expect(lentTo(run, 1)).toEqual({ first: 10, end: 14 });
    expect(lentTo(run, 3)).toEqual({ first: 6, end: 7 });
  });

  test("is lent to others where nothing else is open, its end first", () => {
    const run = new LocalRun({ trainCount: 96 });
    run.enter(1);
    run.settle(1);
    run.finish(1);
    expect(toldTo(run, 1)).toMatchObject({ first: 9, end: 12 });
    run.enter(2);
    expect(lentTo(run, 2)).toEqual({ first: 11, end: 12 });
    for (const peer of [1, 2]) run.finish(peer);
    expect(lentTo(run, 1)).toEqual({ first: 9, end: 11 });
  });

  test("is of the next epoch where this one has no more, and is lent there", () => {
    const run = new LocalRun({ trainCount: 320 });
    for (const peer of [1, 2]) run.enter(peer);
    run.settle(1, 2);
    finishEpoch(run, [1, 2]);
    const told = [toldTo(run, 1), toldTo(run, 2)];
    expect(told).toMatchObject([
      { epoch: 1, first: 0, end: 4 },
      { epoch: 1, first: 4, end: 8 },
    ]);
    finishEpoch(run, [1, 2], true);
    expect(run.leaseOf(1).draws?.epoch).toBe(1);
    expect([lentTo(run, 1), lentTo(run, 2)]).toEqual([
      { first: 0, end: 4 },
      { first: 4, end: 8 },
    ]);
  });

  test("is none in the last epoch's last round", () => {
    const run = new LocalRun({ epochs: 1, trainCount: 64 });
    run.enter(1);
    run.settle(1);
    run.finish(1);
    const before = run.effects.length;
    expect(run.open).toBe(0);
    expect(toldTo(run, 1)).toMatchObject({ epoch: 0, first: 5, end: 8 });
    expect(typesIn(run.effects.slice(before))).not.toContain("send next-stretch");
  });

  test("is lent in part where it would take a worker that has become slow much longer than the others", () => {
    const run = new LocalRun({ trainCount: 3200 });
    for (const peer of [1, 2, 3]) run.enter(peer);
    for (let round = 0; round < policy.trialLeases; round++) for (const peer of [1, 2, 3]) run.finish(peer);
    const told = toldTo(run, 3);
    for (const peer of [1, 2]) run.finish(peer);
    run.finish(3, 60);
    const lent = lentTo(run, 3);
    expect(lent.first).toBe(told?.first);
    expect(lent.end).toBeLessThan(told?.end ?? 0);
  });

  test.each<[string, (run: LocalRun) => void]>([
    ["gave its stretch back", (run) => run.say(1, { type: "return-lease", lease: run.leaseOf(1).lease, reason: "no" })],
    [
      "paused and resumed",
      (run) => {
        run.say(1, { type: "availability", available: false });
        run.say(1, { type: "availability", available: true });
      },
    ],
  ])("is told anew to a worker that %s: it begins where it did", (_, happen) => {
    const run = entered(1);
    const { first } = lentTo(run, 1);
    expect(toldTo(run, 1)?.first).toBeGreaterThan(first);
    happen(run);
    expect(lentTo(run, 1).first).toBe(first);
  });

  test("[L8] has its samples sent with the lease in hand, and no others", () => {
    const run = entered(1, 2);
    const ask = (peer: number, epoch: number, position: number) => {
      const samples = [epochOrder(5, epoch, 316)[position] as number];
      return run.say(peer, { type: "request-samples", lease: run.leaseOf(peer).lease, samples });
    };
    for (const position of [80, 111]) expect(typesIn(ask(1, 0, position))).toEqual(["send-samples"]);
    expect(refusalsIn(ask(1, 0, 112))).toEqual(["unknown-sample"]);
    finishEpoch(run, [1, 2]);
    for (const position of [32, 63]) expect(typesIn(ask(2, 1, position))).toEqual(["send-samples"]);
    expect(refusalsIn(ask(2, 1, 64))).toEqual(["unknown-sample"]);
  });
});

test("[H1] where fewer batches are left than there are workers, so many get one in the same round", () => {
  const run = new LocalRun({ trainCount: 40 });
  for (const peer of [1, 2, 3]) run.enter(peer);
  for (const peer of [1, 2, 3]) run.finish(peer);
  expect([1, 2, 3].map((peer) => run.state.workers.get(peer)?.state)).toEqual(["working", "working", "ready"]);
});
