import { parameterLayout } from "@convoy/models";
import type { Batch, BatchOutcome, Evaluation } from "../../engine.ts";
import { type Defect, DefectiveEngine, kept, tensorOf, withGradient, withPredictions } from "./defective-engine.ts";

/** Whatever the network is made of. */
export const engineDefects: readonly Defect[] = [
  [
    "a gradient with the other sign",
    "finite differences of the loss",
    withGradient((gradient) => gradient.set(gradient.map((value) => -value))),
  ],
  [
    "one tap of a filter left out",
    "finite differences of the loss",
    withGradient((gradient, _batch, task) => tensorOf(task, gradient, "convolution2.weights").fill(0, 0, 20)),
  ],
  [
    "one tap of a filter left out",
    "convolution 3×3",
    withGradient((gradient, _batch, task) => tensorOf(task, gradient, "convolution2.weights").fill(0, 12, 24)),
  ],
  [
    "the bias of one layer without a gradient",
    "finite differences of the loss",
    withGradient((gradient, _batch, task) => tensorOf(task, gradient, "convolution1.bias").fill(0)),
  ],
  [
    "the mean of the batch instead of its sum",
    "one batch is the sum of its shards",
    withGradient((gradient, batch) => gradient.set(gradient.map((value) => value / batch.count))),
  ],
  [
    "one weight of LeNet-5 off by a tenth of the largest",
    "LeNet-5 as a whole",
    withGradient((gradient) => {
      gradient[3000] = (gradient[3000] as number) + 0.1 * Math.max(...gradient);
    }),
  ],
  [
    "errors that only half precision explains",
    "a dense layer alone",
    withGradient((gradient) => gradient.set(gradient.map((value) => Number(value.toPrecision(3))))),
  ],
  [
    "the tie given to another pixel",
    "ties in max-pool 2×2 stride 2",
    withGradient((gradient) => {
      gradient[1] = 0.9 * (gradient[1] as number);
    }),
  ],
  ["a NaN", "a dense layer alone", withGradient((gradient) => gradient.fill(Number.NaN, 3, 4))],
  [
    "a gradient that is added to what was there",
    "a dense layer alone",
    async (task) =>
      new (class extends DefectiveEngine {
        override async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
          const before = gradientSum.slice();
          const outcome = await super.computeGradient(batch, gradientSum);
          gradientSum.set(gradientSum.map((value, index) => value + (before[index] as number)));
          return outcome;
        }
      })(task),
  ],
  [
    "a loss that overflows",
    "logits too large for a plain exponential",
    async (task) =>
      new (class extends DefectiveEngine {
        override async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
          const outcome = await super.computeGradient(batch, gradientSum);
          return outcome.lossSum > 100 ? { ...outcome, lossSum: Number.POSITIVE_INFINITY } : outcome;
        }
      })(task),
  ],
  [
    "an evaluation that gives the mean",
    "evaluate agrees with computeGradient",
    async (task) =>
      new (class extends DefectiveEngine {
        override async evaluate(batch: Batch): Promise<Evaluation> {
          const outcome = await super.evaluate(batch);
          return { ...outcome, lossSum: outcome.lossSum / batch.count };
        }
      })(task),
  ],
  [
    "predictions in another order than the samples",
    "an evaluation tells what became of each sample, in order",
    withPredictions(({ classes, confidences, losses }) => {
      for (const column of [classes, confidences, losses]) column.reverse();
    }),
  ],
  [
    "the label in place of the class that is named",
    "an evaluation tells what became of each sample, in order",
    withPredictions(({ classes }, { labels }) => classes.set(labels)),
  ],
  [
    "the confidence in the label in place of that in the class that is named",
    "an evaluation tells what became of each sample, in order",
    withPredictions(({ confidences, losses }) => confidences.set(losses.map((loss) => Math.exp(-loss)))),
  ],
  [
    "a mean in place of each sample's loss",
    "an evaluation tells what became of each sample, in order",
    withPredictions(({ losses }) => losses.fill(losses.reduce((sum, loss) => sum + loss, 0) / losses.length)),
  ],
  [
    "sums that change from call to call",
    "repeats itself bit for bit",
    withGradient((gradient) => {
      gradient[0] = (gradient[0] as number) * (1 + 1e-6 * kept.count++);
    }),
  ],
  [
    "another rounding in every engine that is made",
    "repeats itself bit for bit",
    async (task) => {
      const change = 1 + 1e-6 * kept.count++;
      return new (class extends DefectiveEngine {
        override async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
          const outcome = await super.computeGradient(batch, gradientSum);
          return { ...outcome, lossSum: outcome.lossSum * change };
        }
      })(task);
    },
  ],
  [
    "parameters that are taken only once",
    "parameters set again and again",
    async (task) =>
      new (class extends DefectiveEngine {
        #given = false;
        override setParameters(parameters: Float32Array): void {
          if (!this.#given) super.setParameters(parameters);
          this.#given = true;
        }
      })(task),
  ],
  [
    "parameters that are kept by reference",
    "what is given stays as it is, and is not looked at later",
    async (task) =>
      new (class extends DefectiveEngine {
        #parameters: Float32Array = new Float32Array(0);
        override setParameters(parameters: Float32Array): void {
          this.#parameters = parameters;
        }
        override computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
          super.setParameters(this.#parameters);
          return super.computeGradient(batch, gradientSum);
        }
      })(task),
  ],
  [
    "the first batch computed again and again",
    "batches of 8, 3, 32, 1 and 8 samples in succession",
    async (task) =>
      new (class extends DefectiveEngine {
        #first: Batch | undefined;
        override computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
          this.#first ??= batch;
          return super.computeGradient(this.#first, gradientSum);
        }
      })(task),
  ],
  [
    "a tensor kept in every step",
    "nothing is kept, step after step and after the end",
    withGradient(() => {
      kept.count++;
    }),
  ],
  [
    "a label that is cut to the last class",
    "wrong lengths and labels are refused",
    async (task) =>
      new (class extends DefectiveEngine {
        override evaluate(batch: Batch): Promise<Evaluation> {
          const labels = batch.labels.map((label) => Math.min(label, this.task.model.classCount - 1));
          return super.evaluate({ ...batch, labels });
        }
      })(task),
  ],
  [
    "an evaluation after the end",
    "no call after the end",
    async (task) =>
      new (class extends DefectiveEngine {
        override dispose(): void {}
      })(task),
  ],
  [
    "a gradient of parameters that were never given",
    "no gradient before the first parameters",
    async (task) => {
      const engine = new DefectiveEngine(task);
      engine.setParameters(new Float32Array(parameterLayout(task.model).length));
      return engine;
    },
  ],
];
