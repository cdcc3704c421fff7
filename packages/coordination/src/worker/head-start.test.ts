import type { LeaseMessage } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { type HeadStart, isBeginningOf, mayHaveHeadStart } from "./head-start.ts";
import { leaseMessage, nextStretch, readyWorker, type TestWorker } from "./test-worker.ts";

const stretch = { position: 64, sampleCount: 64, step: 5, stride: 2, stepsPerBatch: 1, rateFactor: 2 };
const lent = { samples: [], stretch, draws: { seed: 7, epoch: 2 } };
const next = nextStretch(7);
const headStart: HeadStart = {
  after: leaseMessage(lent),
  next,
  stretch: { ...stretch, position: 128, sampleCount: 64, step: 9 },
};

/** Has a stretch in hand. */
function untold(): TestWorker {
  const worker = readyWorker();
  worker.lease(lent);
  return worker;
}

const tell = (worker: TestWorker) => worker.handle({ type: "announced", message: next, ahead: [], aheadSize: 1024 });

/** Was told which one comes next, too. */
function told(): TestWorker {
  const worker = untold();
  tell(worker);
  return worker;
}

function begun(): TestWorker {
  const worker = told();
  worker.computed();
  return worker;
}

const wanted = ({ state }: TestWorker) => mayHaveHeadStart(state, headStart);

describe("[K25] a worker whose stretch is sent", () => {
  test("goes on with the one that it was told of", () => {
    const effects = told().computed();
    expect(effects).toMatchObject([{ type: "send-contribution" }, { type: "head-start", headStart }]);
    expect(begun().state.headStart).toEqual(headStart);
  });

  test("waits when it was told of none, or has got numbers that are none", () => {
    expect(untold().computed()).toHaveLength(1);
    expect(told().computed(7, { lossSum: Number.NaN })).toHaveLength(1);
  });

  test("goes on with one that it is told of only then: all of a stretch may have been computed when it was lent", () => {
    const worker = untold();
    worker.computed();
    expect(tell(worker)).toMatchObject([{ type: "head-start", headStart }]);
    const own = worker.state.headStart;
    expect(own !== null && mayHaveHeadStart(worker.state, own)).toBe(true);
    expect(tell(worker), "once").toEqual([]);
  });

  test.each<[string, (worker: TestWorker) => void]>([
    ["it has got numbers that are none", (worker) => worker.computed(7, { lossSum: Number.NaN })],
    ["it was revoked", (worker) => worker.hear({ type: "revoke", lease: 7 })],
    [
      "another stretch has come since",
      (worker) => {
        worker.computed();
        worker.lease({ ...lent, lease: 8 });
      },
    ],
    [
      "the connection was lost since",
      (worker) => {
        worker.computed();
        worker.handle({ type: "disconnected" });
      },
    ],
    [
      "it was welcomed anew since",
      (worker) => {
        worker.computed();
        worker.welcome();
      },
    ],
  ])("begins none that it is told of late when %s", (_, happen) => {
    const worker = untold();
    happen(worker);
    expect(tell(worker)).toEqual([]);
    expect(worker.state.headStart).toBeNull();
  });

  test("waits after a gradient", () => {
    const worker = readyWorker();
    worker.lease();
    tell(worker);
    expect(worker.computed()).toHaveLength(1);
  });

  test("goes on with the same after a part of the test set", () => {
    const worker = begun();
    worker.lease({ lease: 8, kind: "evaluate", split: "test" });
    const effects = worker.computed(8);
    expect(effects).toMatchObject([{ type: "send" }, { type: "head-start" }]);
    expect(effects[1]).toMatchObject({ headStart: worker.state.headStart });
  });

  test.each<[string, (worker: TestWorker) => void]>([
    ["it is paused", (worker) => worker.handle({ type: "pause" })],
    ["something is in hand", (worker) => worker.lease({ lease: 8, kind: "evaluate", split: "test" })],
    [
      "another stretch was in hand",
      (worker) => {
        worker.lease({ ...lent, lease: 8 });
        worker.hear({ type: "revoke", lease: 8 });
      },
    ],
    ["the run is paused", (worker) => worker.hear({ type: "run-state", state: "paused", sentence: "" })],
    ["the run has ended", (worker) => worker.hear({ type: "run-state", state: "ended", sentence: "" })],
    ["the connection is lost", (worker) => worker.handle({ type: "disconnected" })],
    ["it is welcomed anew", (worker) => worker.welcome()],
    ["its engine has failed", (worker) => worker.handle({ type: "compute-failed", lease: 0, sentence: "Lost." })],
    ["its owner has stopped it", (worker) => worker.handle({ type: "stop" })],
  ])("takes no further step ahead when %s", (_, happen) => {
    const worker = begun();
    const { headStart: own } = worker.state;
    expect(own !== null && mayHaveHeadStart(worker.state, own)).toBe(true);
    happen(worker);
    expect(own !== null && mayHaveHeadStart(worker.state, own)).toBe(false);
  });

  test("of another head start nothing is wanted", () => {
    expect(wanted(begun())).toBe(false);
  });
});

describe("[K25] steps that were taken ahead", () => {
  const lease = (change: Partial<typeof stretch> = {}): LeaseMessage =>
    leaseMessage({ ...lent, stretch: { ...headStart.stretch, ...change } });

  test("are the first ones of the stretch that they were taken for, which may have become longer", () => {
    expect(isBeginningOf(headStart, 32, lease())).toBe(true);
    expect(isBeginningOf(headStart, 64, lease({ sampleCount: 128 }))).toBe(true);
    // Which of the run's steps they are was a guess.
    expect(isBeginningOf(headStart, 32, lease({ step: 11 }))).toBe(true);
  });

  test.each<[string, LeaseMessage]>([
    ["another stretch", lease({ position: 192 })],
    ["a shorter one than they have come", lease({ sampleCount: 16 })],
    ["beside more workers", lease({ stride: 3 })],
    ["in other parts", lease({ stepsPerBatch: 2 })],
    ["with another rate", lease({ rateFactor: 1 })],
    ["of another epoch", { ...lease(), draws: { seed: 7, epoch: 3 } }],
    ["of another run", { ...lease(), draws: { seed: 8, epoch: 2 } }],
    ["a gradient", leaseMessage()],
  ])("are nothing for %s", (_, other) => {
    expect(isBeginningOf(headStart, 32, other)).toBe(false);
  });
});
