import { limits } from "@convoy/protocol";
import { expect, test } from "vitest";
import { exampleEpoch, exampleEvaluation, exampleRun, exampleTestSet } from "./example-run.ts";
import { pictureOf, withProgress } from "./run-picture.ts";

const entry = (at: number) => ({ at, level: "info" as const, sentence: `Event ${at}.` });
const snapshot = {
  type: "snapshot" as const,
  run: exampleRun({ step: 2 }),
  losses: [
    { step: 1, loss: 2.3 },
    { step: 2, loss: 2.2 },
  ],
  epochs: [exampleEpoch({ epoch: 1 })],
  log: [entry(1)],
  evaluation: exampleEvaluation(),
  testSet: exampleTestSet,
  mayControl: true,
};
const nothingNew = {
  type: "progress" as const,
  run: exampleRun({ step: 3 }),
  losses: [],
  epochs: [],
  log: [],
  evaluation: null,
};

test("a snapshot is the whole picture", () => {
  const picture = pictureOf(snapshot);
  expect(picture.run.step).toBe(2);
  expect(picture.losses.buckets.map((bucket) => bucket.sum)).toEqual([2.3, 2.2]);
  expect(picture.epochs).toHaveLength(1);
});

test("progress adds to it", () => {
  const picture = withProgress(pictureOf(snapshot), {
    ...nothingNew,
    losses: [{ step: 3, loss: 2.1 }],
    epochs: [exampleEpoch({ epoch: 2 })],
    log: [entry(2)],
  });
  expect(picture.run.step).toBe(3);
  expect(picture.losses.buckets).toHaveLength(3);
  expect(picture.epochs.map((point) => point.epoch)).toEqual([1, 2]);
  expect(picture.log.map((known) => known.at)).toEqual([1, 2]);
});

test("what did not change stays the same object, so that nothing is drawn again", () => {
  const before = pictureOf(snapshot);
  const after = withProgress(before, nothingNew);
  expect(after.losses).toBe(before.losses);
  expect(after.epochs).toBe(before.epochs);
  expect(after.log).toBe(before.log);
  expect(after.evaluation).toBe(before.evaluation);
});

test("an epoch reported again replaces its row", () => {
  const again = exampleEpoch({ epoch: 1, testAccuracy: 0.5 });
  expect(withProgress(pictureOf(snapshot), { ...nothingNew, epochs: [again] }).epochs).toEqual([again]);
});

test("a later evaluation takes the place of the one before", () => {
  const later = exampleEvaluation({ epoch: 2 });
  expect(withProgress(pictureOf(snapshot), { ...nothingNew, evaluation: later }).evaluation).toBe(later);
});

test("the log stays bounded and keeps the newest", () => {
  const news = Array.from({ length: limits.logEntries }, (_, i) => entry(i + 100));
  const picture = withProgress(pictureOf(snapshot), { ...nothingNew, log: news });
  expect(picture.log).toHaveLength(limits.logEntries);
  expect(picture.log[0]?.at).toBe(100);
});

test("news of another run begins a new picture", () => {
  const other = {
    ...nothingNew,
    run: exampleRun({ run: "ffffffffffffffff", step: 1 }),
    losses: [{ step: 1, loss: 9 }],
  };
  const picture = withProgress(pictureOf(snapshot), other);
  expect(picture.losses.buckets).toHaveLength(1);
  expect(picture.epochs).toEqual([]);
  expect(picture.evaluation).toBeNull();
  expect(picture.mayControl).toBe(true);
});
