import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { RunHistory } from "./run-history.ts";

const STEPS = 25_000;

describe("[V5] the history of a run", () => {
  test("keeps every point while they are few", () => {
    const history = new RunHistory();
    const points = Array.from({ length: limits.historyPoints - 3 }, (_, i) => ({ step: i + 1, loss: 1 / (i + 1) }));
    for (const point of points) history.addLoss(point);
    expect(history.losses).toEqual(points);
  });

  test("never has more points than a message may, and always ends with the newest step", () => {
    const history = new RunHistory();
    for (let step = 1; step <= STEPS; step++) {
      history.addLoss({ step, loss: 1 });
      const { losses } = history;
      if (losses.length > limits.historyPoints) expect.fail(`${losses.length} points after step ${step}`);
      if (losses.at(-1)?.step !== step) expect.fail(`the curve ends before step ${step}`);
    }
    expect(history.losses.length).toBeGreaterThan(limits.historyPoints / 4);
  });

  test("stays a curve of means: steps ascend, and no step is lost from the mean or counted twice", () => {
    const history = new RunHistory();
    for (let step = 1; step <= STEPS; step++) history.addLoss({ step, loss: step });
    let previous = 0;
    for (const { step, loss } of history.losses) {
      // The mean of the steps since the point before.
      expect(loss).toBeCloseTo((previous + 1 + step) / 2, 6);
      expect(step).toBeGreaterThan(previous);
      previous = step;
    }
    expect(previous).toBe(STEPS);
  });

  test("keeps the newest entries of the log", () => {
    const history = new RunHistory();
    for (let at = 1; at <= 3 * limits.logEntries; at++) history.addLogEntry({ at, level: "info", sentence: "x" });
    expect(history.log).toHaveLength(limits.logEntries);
    expect(history.log[0]?.at).toBe(2 * limits.logEntries + 1);
    expect(history.log.at(-1)?.at).toBe(3 * limits.logEntries);
  });
});
