import { AssertionError } from "@convoy/foundation";
import { parameterLayout } from "@convoy/models";
import { describe, expect, it } from "vitest";
import type { Batch, BatchOutcome, Engine, EngineFactory, EngineTask } from "../engine.ts";
import { createReferenceEngine, ReferenceEngine } from "../reference/reference-engine.ts";
import { conformanceChecks } from "./checks/index.ts";
import { engineConformance } from "./index.ts";
import { smallNetwork } from "./networks.ts";

engineConformance("reference", createReferenceEngine, { countResources: () => 0 });

/** The reference with a defect. Each method may be replaced. */
class DefectiveEngine implements Engine {
  readonly identity = { name: "defective", device: "CPU", fingerprint: "defective" };
  protected readonly engine: ReferenceEngine;
  protected readonly task: EngineTask;

  constructor(task: EngineTask) {
    this.engine = new ReferenceEngine(task);
    this.task = task;
  }
  setParameters(parameters: Float32Array): void {
    this.engine.setParameters(parameters);
  }
  computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    return this.engine.computeGradient(batch, gradientSum);
  }
  evaluate(batch: Batch): Promise<BatchOutcome> {
    return this.engine.evaluate(batch);
  }
  dispose(): void {
    this.engine.dispose();
  }
}

/** The reference, with its gradient changed after the fact. */
function withGradient(change: (gradient: Float32Array, batch: Batch, task: EngineTask) => void): EngineFactory {
  return async (task) =>
    new (class extends DefectiveEngine {
      override async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
        const outcome = await super.computeGradient(batch, gradientSum);
        change(gradientSum, batch, this.task);
        return outcome;
      }
    })(task);
}

function tensorOf(task: EngineTask, gradient: Float32Array, name: string): Float32Array {
  const entry = parameterLayout(task.model).entries.find((candidate) => candidate.name === name);
  return entry === undefined ? new Float32Array(0) : gradient.subarray(entry.offset, entry.offset + entry.length);
}

let liveCount = 0;

/** A defect, and the check that must notice it first of all. */
const defects: readonly [defect: string, check: string, factory: EngineFactory][] = [
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
        override async evaluate(batch: Batch): Promise<BatchOutcome> {
          const outcome = await super.evaluate(batch);
          return { ...outcome, lossSum: outcome.lossSum / batch.count };
        }
      })(task),
  ],
  [
    "sums that change from call to call",
    "repeats itself bit for bit",
    withGradient((gradient) => {
      gradient[0] = (gradient[0] as number) * (1 + 1e-6 * liveCount++);
    }),
  ],
  [
    "another rounding in every engine that is made",
    "repeats itself bit for bit",
    async (task) => {
      const change = 1 + 1e-6 * liveCount++;
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
      liveCount++;
    }),
  ],
  [
    "a label that is cut to the last class",
    "wrong lengths and labels are refused",
    async (task) =>
      new (class extends DefectiveEngine {
        override evaluate(batch: Batch): Promise<BatchOutcome> {
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

describe("the conformance suite notices", () => {
  it.each(defects)(
    "%s (%s)",
    async (_defect, name, factory) => {
      const check = conformanceChecks.find((candidate) => candidate.name === name);
      await expect(check?.run(factory, { countResources: () => liveCount })).rejects.toThrow(AssertionError);
    },
    30_000,
  );

  it("engines that share their parameters", async () => {
    let shared: DefectiveEngine | undefined;
    const factory: EngineFactory = async (task) => {
      if (shared === undefined || task.model.name !== smallNetwork.name) shared = new DefectiveEngine(task);
      return shared;
    };
    const check = conformanceChecks.find((candidate) => candidate.name === "two engines side by side");
    await expect(check?.run(factory, {})).rejects.toThrow(AssertionError);
  });
});
