/** Curves of runs of Convoy on the real MNIST and CIFAR-10, as `losses.csv` and `epochs.csv` have them: means of a tenth of an epoch each. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { noCurves, type TrainingCurves, withEpoch, withStep } from "./curves.ts";
import { diagnose } from "./diagnose.ts";

interface RecordedRun {
  /** Recipe, strategy and seed. */
  readonly name: string;
  readonly stepsPerEpoch: number;
  /** The mean loss of each tenth of an epoch, rounded up to whole steps. */
  readonly windows: readonly number[];
  readonly epochs: readonly Omit<TrainingCurves["epochs"][number], "epoch" | "step">[];
}

const runs: RecordedRun[] = JSON.parse(readFileSync(new URL("recorded-curves.json", import.meta.url), "utf8"));

/** What is said after each tenth of an epoch, and once more when its end has been evaluated. */
function kindsOf({ stepsPerEpoch, windows, epochs }: RecordedRun): (string | null)[] {
  const task = { classCount: 10, stepsPerEpoch };
  const length = Math.ceil(stepsPerEpoch / 10);
  const kinds: (string | null)[] = [];
  let [curves, step] = [noCurves, 0];
  const say = () => kinds.push(diagnose(curves, task)?.kind ?? null);
  for (const loss of windows) {
    const epoch = Math.floor(step / stepsPerEpoch);
    const end = Math.min(step + length, (epoch + 1) * stepsPerEpoch);
    while (step < end) curves = withStep(curves, { step: ++step, loss }, stepsPerEpoch);
    say();
    const evaluated = epochs[epoch];
    if (step % stepsPerEpoch !== 0 || evaluated === undefined) continue;
    curves = withEpoch(curves, { epoch: epoch + 1, step, ...evaluated });
    say();
  }
  return kinds;
}

/** Of five seeds of the recipe that was published as one that never learns, two learn here. */
const collapsed = runs.filter(({ epochs }) => epochs.every(({ testAccuracy }) => testAccuracy === 0.1));
const healthy = runs.filter((run) => !collapsed.includes(run));

test("many seeds of several recipes were recorded", () => {
  expect(healthy).toHaveLength(15);
  expect(collapsed).toHaveLength(3);
  for (const { name } of collapsed) expect(name).toMatch(/^alexnet-cifar10-small-collapse/);
});

test.each(healthy.map((run) => [run.name, run] as const))("nothing is wrong, at any time, with %s", (_, run) => {
  expect(kindsOf(run).filter((kind) => kind !== null)).toEqual([]);
});

test.each(collapsed.map((run) => [run.name, run] as const))(
  "%s has collapsed when its first epoch is over",
  (_, run) => {
    expect(kindsOf(run)).toEqual([...new Array(10).fill(null), "collapse"]);
  },
);
