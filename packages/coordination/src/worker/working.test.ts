import { parseToCoordinator } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { leaseMessage, nextStretch, outcome, readyWorker, sentIn, somePredictions, TestWorker } from "./test-worker.ts";

describe("a lease", () => {
  test("[K3] whose samples are all there is computed at once", () => {
    const worker = readyWorker();
    expect(worker.lease()).toEqual([{ type: "compute", lease: leaseMessage() }]);
  });

  test("[K3] with missing samples asks for those, in one message", () => {
    const worker = readyWorker();
    expect(worker.lease({}, [3, 9])).toEqual([
      { type: "send", message: { type: "request-samples", lease: 7, samples: [3, 9] } },
    ]);
    const effects = worker.handle({ type: "samples-stored", lease: 7, missing: [] });
    expect(effects).toEqual([{ type: "compute", lease: leaseMessage() }]);
  });

  test("[K19] asks for samples of the next batch in a message of their own, and does not wait for them", () => {
    const worker = readyWorker();
    const ahead = { type: "send", message: { type: "request-samples", lease: 7, samples: [11, 12] } };
    expect(worker.lease({}, [], [11, 12])).toEqual([ahead, { type: "compute", lease: leaseMessage() }]);
    expect(worker.handle({ type: "samples-stored", lease: 7, missing: [] })).toEqual([]);
    expect(worker.computed()).toHaveLength(1);
  });

  test("[K19] asks for what it lacks itself first", () => {
    const worker = readyWorker();
    expect(sentIn(worker.lease({}, [3], [11, 12]))).toMatchObject([{ samples: [3] }, { samples: [11, 12] }]);
    expect(worker.handle({ type: "samples-stored", lease: 7, missing: [] })).toMatchObject([{ type: "compute" }]);
  });

  test("[K24] asks for samples of the next stretch while it computes, two requests at a time", () => {
    const worker = readyWorker();
    worker.lease();
    const announced = (lease: number) =>
      sentIn(worker.handle({ type: "announced", message: nextStretch(lease), ahead: [1, 2, 3, 4, 5], aheadSize: 2 }));
    expect(announced(7)).toEqual([
      { type: "request-samples", lease: 7, samples: [1, 2] },
      { type: "request-samples", lease: 7, samples: [3, 4] },
    ]);
    const stored = () => sentIn(worker.handle({ type: "samples-stored", lease: 7, missing: [] }));
    expect(stored()).toEqual([{ type: "request-samples", lease: 7, samples: [5] }]);
    expect(stored()).toEqual([]);
    expect(announced(6)).toEqual([]);
  });

  test("[K24] asks for samples of the next stretch after all that it lacks itself", () => {
    const worker = readyWorker();
    const missing = Array.from({ length: 3000 }, (_, i) => i);
    worker.lease({}, missing);
    expect(sentIn(worker.handle({ type: "announced", message: nextStretch(7), ahead: [9000], aheadSize: 2 }))).toEqual(
      [],
    );
    const samplesAsked = () =>
      sentIn(worker.handle({ type: "samples-stored", lease: 7, missing: [1] })).flatMap((message) =>
        message.type === "request-samples" ? [message.samples[0]] : [],
      );
    expect([samplesAsked(), samplesAsked()]).toEqual([[2048], [9000]]);
  });

  test("[K19] that is given back asks for nothing", () => {
    const worker = readyWorker();
    expect(sentIn(worker.lease({ version: 3 }, [3], [11, 12]))).toMatchObject([{ type: "return-lease" }]);
  });

  test("[K3] whose samples do not come is given back", () => {
    const worker = readyWorker();
    worker.lease({}, [3, 9]);
    const effects = worker.handle({ type: "samples-stored", lease: 7, missing: [9] });
    expect(effects).toEqual([
      { type: "send", message: { type: "return-lease", lease: 7, reason: "1 of its samples did not arrive" } },
    ]);
    expect(worker.state.lease).toBeNull();
  });

  test("[K3] is computed once, though samples come twice or for another lease", () => {
    const worker = readyWorker();
    worker.lease({}, [3]);
    expect(worker.handle({ type: "samples-stored", lease: 6, missing: [] })).toEqual([]);
    worker.handle({ type: "samples-stored", lease: 7, missing: [] });
    expect(worker.handle({ type: "samples-stored", lease: 7, missing: [] })).toEqual([]);
  });

  test.each([
    ["older", 3],
    ["newer", 5],
  ])("[K4] for %s parameters than those it holds is given back", (_, version) => {
    const worker = readyWorker();
    const [message] = sentIn(worker.lease({ version }));
    expect(message).toMatchObject({ type: "return-lease", lease: 7, reason: expect.stringContaining(`${version}`) });
    expect(worker.state.lease).toBeNull();
  });

  test("[D5] [K4] for which parameters came that could not be taken is given back with the reason", () => {
    const worker = readyWorker();
    const sentence = `Damaged. ${"x".repeat(400)}`;
    expect(worker.handle({ type: "parameters-refused", sentence })).toEqual([]);
    const [message] = sentIn(worker.lease({ version: 5 }));
    expect(message).toMatchObject({ type: "return-lease", reason: expect.stringContaining("version 5") });
    expect(message).toMatchObject({ reason: expect.stringContaining("Damaged.") });
    expect(parseToCoordinator(message).ok).toBe(true);
    // What it held before it still holds.
    expect(worker.lease({ lease: 8 })).toMatchObject([{ type: "compute" }]);
    worker.handle({ type: "parameters-stored", version: 5 });
    expect(sentIn(worker.lease({ version: 9 }))).toMatchObject([{ reason: expect.not.stringContaining("Damaged") }]);
  });

  test("[K4] whose parameters are replaced by others before it is computed is given back", () => {
    const worker = readyWorker();
    worker.lease({}, [5]);
    expect(sentIn(worker.handle({ type: "parameters-stored", version: 4 }))).toEqual([]);
    expect(sentIn(worker.handle({ type: "parameters-stored", version: 3 }))).toMatchObject([
      { type: "return-lease", lease: 7, reason: expect.stringContaining("version 3") },
    ]);
    expect(worker.handle({ type: "samples-stored", lease: 7, missing: [] })).toEqual([]);
    expect(worker.computed()).toEqual([]);
  });

  test("[K4] is dropped with its parameters when another welcome comes", () => {
    const worker = readyWorker();
    worker.lease();
    worker.welcome();
    expect(worker.computed()).toEqual([]);
    expect(sentIn(worker.lease())).toMatchObject([{ type: "return-lease" }]);
  });

  test("[K4] after a reconnection needs the parameters again", () => {
    const worker = readyWorker();
    worker.handle({ type: "disconnected" });
    worker.connect();
    worker.welcome();
    expect(sentIn(worker.lease())).toMatchObject([{ type: "return-lease" }]);
  });

  test("[K4] before the engine is proven is given back", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    worker.handle({ type: "parameters-stored", version: 4 });
    expect(sentIn(worker.lease())).toMatchObject([{ type: "return-lease", reason: "there is no engine yet" }]);
  });
});

describe("a result", () => {
  test("[K6] of a training lease is sent with its gradient, of an evaluation with its predictions alone", () => {
    const worker = readyWorker();
    worker.lease();
    expect(worker.computed()).toEqual([{ type: "send-contribution", lease: leaseMessage(), outcome }]);
    worker.lease({ lease: 8, kind: "evaluate", split: "test" });
    expect(worker.computed(8)).toEqual([
      {
        type: "send",
        message: {
          type: "evaluation",
          lease: 8,
          version: 4,
          computeMs: outcome.computeMs,
          predictions: somePredictions,
        },
      },
    ]);
    expect(worker.state.lease).toBeNull();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "[K6] with loss %d is sent as null",
    (lossSum) => {
      const worker = readyWorker();
      worker.lease();
      expect(worker.computed(7, { lossSum })).toMatchObject([{ outcome: { lossSum: null } }]);
    },
  );

  test.each<[string, (worker: TestWorker) => void]>([
    ["was revoked", (worker) => worker.hear({ type: "revoke", lease: 7 })],
    ["was lost with the connection", (worker) => worker.handle({ type: "disconnected" })],
    ["was dropped for a pause", (worker) => worker.handle({ type: "pause" })],
    ["was followed by another", (worker) => worker.lease({ lease: 8 })],
    [
      "was refused",
      (worker) => worker.hear({ type: "refused", refusal: { reason: "unknown-lease", sentence: "no", lease: 7 } }),
    ],
  ])("[K6] for a lease that %s is dropped", (_, happen) => {
    const worker = readyWorker();
    worker.lease();
    happen(worker);
    expect(worker.computed(7)).toEqual([]);
  });

  test("[K6] stays wanted when another lease is revoked or refused", () => {
    const worker = readyWorker();
    worker.lease();
    worker.hear({ type: "revoke", lease: 6 });
    worker.hear({ type: "refused", refusal: { reason: "stale-version", sentence: "old", lease: 6 } });
    expect(worker.computed()).toHaveLength(1);
  });
});

test("[K12] what was counted is summed, and the newest refusal kept", () => {
  const worker = readyWorker();
  worker.hear({ type: "counted", lease: 7, sampleCount: 8 });
  worker.hear({ type: "counted", lease: 8, sampleCount: 4 });
  worker.hear({
    type: "refused",
    refusal: { reason: "not-finite", sentence: "The gradient is not a number.", lease: 9 },
  });
  for (const reason of ["stale-version", "already-counted", "unknown-lease", "run-ended"] as const) {
    worker.hear({ type: "refused", refusal: { reason, sentence: "Someone was quicker.", lease: 10 } });
  }
  expect(worker.state.totals).toEqual({ samples: 12, leases: 2, lastRefusal: "The gradient is not a number." });
  expect(worker.state.failure).toBeNull();
});

describe("results that are not numbers", () => {
  const notFinite = (worker: TestWorker, lease: number) =>
    worker.hear({ type: "refused", refusal: { reason: "not-finite", sentence: "No number.", lease } });

  test("[K16] three in a row end the worker as broken, and a lease in hand is given back first", () => {
    const worker = readyWorker();
    expect(notFinite(worker, 1)).toEqual([]);
    expect(notFinite(worker, 2)).toEqual([]);
    worker.lease({ lease: 4 });
    const sentence = "What reference computed was not a number, 3 times in a row.";
    expect(notFinite(worker, 3)).toEqual([
      { type: "send", message: { type: "return-lease", lease: 4, reason: sentence } },
      { type: "send", message: { type: "leave", reason: sentence } },
      { type: "close" },
    ]);
    expect(worker.state.failure).toEqual({ kind: "broken", sentence });
  });

  test.each<[string, (worker: TestWorker) => void]>([
    ["a result that counts", (worker) => worker.hear({ type: "counted", lease: 7, sampleCount: 8 })],
    ["a welcome, perhaps to another run", (worker) => worker.welcome()],
  ])("[K16] before and after %s are not in a row", (_, happen) => {
    const worker = readyWorker();
    notFinite(worker, 1);
    notFinite(worker, 2);
    happen(worker);
    notFinite(worker, 3);
    notFinite(worker, 4);
    expect(worker.state.failure).toBeNull();
    expect(notFinite(worker, 5)).not.toEqual([]);
  });

  test("[K16] other refusals are no sign of a broken engine", () => {
    const worker = readyWorker();
    for (const lease of [1, 2, 3, 4]) {
      worker.hear({ type: "refused", refusal: { reason: "stale-version", sentence: "Old.", lease } });
    }
    expect(worker.state.failure).toBeNull();
  });
});
