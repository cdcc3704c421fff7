import { expect, test } from "vitest";
import { exampleEpoch, exampleEvaluation, exampleTestSet } from "../connection/example-run.ts";
import {
  classFigures,
  classNameOf,
  formatGap,
  gapOf,
  gapSentence,
  nothingYet,
  resultSentence,
  rowsOf,
  sureWords,
} from "./evaluation-words.ts";

const { confusion } = exampleEvaluation();
const matrix = confusion as number[];

test("a class without a name is called by its number", () => {
  expect([0, 1, 2].map((index) => classNameOf(exampleTestSet.classNames, index))).toEqual(["cat", "dog", "2"]);
});

test("a confusion matrix has a row for each class", () => {
  expect(rowsOf(matrix)).toEqual([
    [4, 1, 0],
    [1, 3, 1],
    [0, 0, 0],
  ]);
});

test("recall is along a row, precision along a column, and neither where there is nothing to divide by", () => {
  expect(classFigures(matrix, exampleTestSet.classNames)).toEqual([
    { name: "cat", sampleCount: 5, recall: 4 / 5, precision: 4 / 5 },
    { name: "dog", sampleCount: 5, recall: 3 / 5, precision: 3 / 4 },
    { name: "2", sampleCount: 0, recall: null, precision: 0 },
  ]);
  expect(classFigures([2, 0, 3, 0], [])[1]).toEqual({ name: "1", sampleCount: 3, recall: 0, precision: null });
});

test("the result is said in one sentence", () => {
  expect(resultSentence(exampleEvaluation({ epoch: 3, sampleCount: 10_000, correctCount: 9712 }))).toBe(
    "9,712 of 10,000 test samples are right after epoch 3: 97.12%.",
  );
});

test("the gap is training less test, in points", () => {
  expect(gapOf(exampleEpoch({ trainingAccuracy: 0.98, testAccuracy: 0.9712 }))).toBeCloseTo(0.88, 9);
  expect([0.884, -1.2, 0.001, -0.001].map(formatGap)).toEqual(["+0.88", "−1.20", "0.00", "0.00"]);
});

test("the gap is said both ways, and why the test may be ahead", () => {
  const sentence = (trainingAccuracy: number, testAccuracy: number) =>
    gapSentence(exampleEpoch({ trainingAccuracy, testAccuracy }));
  expect(sentence(0.98, 0.9712)).toBe("Training 98.00%, test 97.12%: 0.88 points less on what it has not trained on.");
  expect(sentence(0.61, 0.88)).toBe(
    "Training 61.00%, test 88.00%: 27.00 points more on the test set. Training is measured while the network still learns.",
  );
  expect(sentence(0.5, 0.5)).toBe(
    "Training 50.00%, test 50.00%: no gap between what it has trained on and what it has not.",
  );
});

test("nothing is certain", () => {
  expect([0.5, 0.99, 0.999, 0.9999, 1].map(sureWords)).toEqual([
    "50.0% sure",
    "99.0% sure",
    "99.9% sure",
    "over 99.9% sure",
    "over 99.9% sure",
  ]);
});

test("before the first evaluation it is said when there will be one", () => {
  expect(nothingYet(0, false)).toBe("Known when epoch 1 is done and tested.");
  expect(nothingYet(2, false)).toBe("Known when the next epoch is done and tested.");
  expect(nothingYet(0, true)).toBe("The run ended before its test set was measured.");
});
