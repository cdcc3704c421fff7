import { expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import { positionOf } from "./position.ts";
import { restoreCoordinator } from "./restore.ts";
import { TestRun, tinySettings } from "./test-run.ts";

/** Trains until `epochs` epochs are over, guessing: every loss is that of chance, and nearly every answer is wrong. */
function guess(run: TestRun, epochs: number): void {
  const settings = run.state.settings;
  for (let i = 0; i < 5000 && run.state.control === "running" && run.state.epoch.epoch < epochs; i++) {
    run.now += 10;
    const lease = run.leaseOf(1);
    const { classCount } = settings.recipe.model;
    const loss = Math.log(classCount);
    if (lease.kind === "train") run.contribute(1, { lossSum: lease.samples.length * loss, correctCount: 0 });
    else run.evaluate(1, (_, label) => ({ named: (label + 1) % classCount, loss }));
  }
}

function warnings(run: TestRun): string[] {
  return run.effects.flatMap((effect) =>
    effect.type === "report" && effect.report.type === "log" && effect.report.entry.level === "warning"
      ? [effect.report.entry.sentence]
      : [],
  );
}

/** Long enough epochs for what is wrong to be seen after the first. */
const settings = { ...tinySettings, trainCount: 500 * tinySettings.recipe.batchSize, epochs: 4 };

test("what is wrong with the training is logged once, when it first holds, and the view goes on saying it", () => {
  const run = new TestRun(settings);
  expect(describeRun(run.state, run.now).diagnosis).toBeNull();
  run.enter(1);
  guess(run, 1);
  const { diagnosis } = describeRun(run.state, run.now);
  expect(diagnosis).toMatchObject({ kind: "collapse", sinceStep: 1 });
  expect(warnings(run)).toEqual([diagnosis?.sentence]);
  guess(run, 4);
  expect(run.state.control).toBe("finished");
  expect(warnings(run)).toHaveLength(1);
  expect(describeRun(run.state, run.now).diagnosis).toMatchObject({ kind: "collapse", sinceStep: 1 });
});

test("a run that learns has nothing wrong", () => {
  const run = new TestRun(settings);
  run.enter(1);
  run.work(1, ({ control }) => control === "finished");
  expect(warnings(run)).toEqual([]);
  expect(describeRun(run.state, run.now).diagnosis).toBeNull();
});

test("[S3] a restored run knows what is wrong, and does not log it again", () => {
  const first = new TestRun(settings);
  first.enter(1);
  guess(first, 2);
  const reports = first.effects.flatMap((effect) => (effect.type === "report" ? [effect.report] : []));
  const past = {
    losses: reports.flatMap((report) => (report.type === "loss" ? [report.point] : [])),
    epochs: reports.flatMap((report) => (report.type === "epoch" ? [report.point] : [])),
  };
  const second = new TestRun(settings);
  second.state = restoreCoordinator(
    settings,
    first.state.testLabels,
    positionOf(first.state, first.now),
    first.now,
    past,
  );
  expect(second.state.diagnosis).toEqual(first.state.diagnosis);
  second.enter(1);
  guess(second, 3);
  expect(second.state.epoch.epoch).toBe(3);
  expect(warnings(second)).toEqual([]);
});
