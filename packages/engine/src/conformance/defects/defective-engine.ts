import { parameterLayout } from "@convoy/models";
import type { Batch, BatchOutcome, Engine, EngineFactory, EngineTask, Evaluation, Predictions } from "../../engine.ts";
import { ReferenceEngine } from "../../reference/reference-engine.ts";

/** The reference with a defect. Each method may be replaced. */
export class DefectiveEngine implements Engine {
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
  evaluate(batch: Batch): Promise<Evaluation> {
    return this.engine.evaluate(batch);
  }
  dispose(): void {
    this.engine.dispose();
  }
}

/** The reference, with its gradient changed after the fact. */
export function withGradient(change: (gradient: Float32Array, batch: Batch, task: EngineTask) => void): EngineFactory {
  return async (task) =>
    new (class extends DefectiveEngine {
      override async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
        const outcome = await super.computeGradient(batch, gradientSum);
        change(gradientSum, batch, this.task);
        return outcome;
      }
    })(task);
}

/** The reference, with what an evaluation says of its samples changed after the fact. */
export function withPredictions(change: (predictions: Predictions, batch: Batch) => void): EngineFactory {
  return async (task) =>
    new (class extends DefectiveEngine {
      override async evaluate(batch: Batch): Promise<Evaluation> {
        const evaluation = await super.evaluate(batch);
        change(evaluation.predictions, batch);
        return evaluation;
      }
    })(task);
}

export function tensorOf(task: EngineTask, gradient: Float32Array, name: string): Float32Array {
  const entry = parameterLayout(task.model).entries.find((candidate) => candidate.name === name);
  return entry === undefined ? new Float32Array(0) : gradient.subarray(entry.offset, entry.offset + entry.length);
}

/** What is wrong, the check that must notice it first of all, and an engine that has it. */
export type Defect = readonly [defect: string, check: string, factory: EngineFactory];

/** What the engines here have kept. */
export const kept = { count: 0 };
