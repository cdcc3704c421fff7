/** Optimizer steps that are taken where an engine computes: on its device, where it can, else on flat vectors here. */
import type { OptimizerState } from "@convoy/gradients";
import type { OptimizerSpecification } from "@convoy/models";
import type { Batch, BatchOutcome, Engine } from "../engine.ts";
import { FlatStepper, type GradientEngine } from "./flat-stepper.ts";

/** What a step has to know besides its batch. */
export interface StepAt {
  /** Steps that the optimizer has taken, this one among them: by them, Adam corrects its moments. */
  readonly step: number;
  readonly learningRate: number;
}

/**
 * Takes an optimizer's steps on an engine, whose parameters are other ones afterwards. Velocity or moments go on from step
 * to step, whatever parameters a step begins from. Every method but `dispose` fails as those of the engine do.
 */
export interface Stepper {
  /** Takes over a copy of the flat vector, which the next step begins from. Not while a step is under way. */
  setParameters(parameters: Float32Array): void;
  /**
   * One step along the gradient's mean over the batch; resolves to the sums before it. A step may be asked for while others
   * are under way: they are taken in order.
   */
  step(batch: Batch, at: StepAt): Promise<BatchOutcome>;
  /** Writes the parameters after all steps that were asked for (flat, every element overwritten). */
  readParameters(parameters: Float32Array): Promise<void>;
  /** Copies of velocity or moments, after all steps that were asked for: another stepper may go on from them. */
  readState(): Promise<OptimizerState>;
  /** Frees what it has on the device. No call may follow. The engine's end is its end too. */
  dispose(): void;
}

/** What a stepper needs of an engine. */
export type StepEngine = GradientEngine & Pick<Engine, "createStepper">;

/** `state`: where another stepper with this optimizer stood; without one, at rest. Rejects as the engine does. */
export async function createStepper(
  engine: StepEngine,
  optimizer: OptimizerSpecification,
  parameterCount: number,
  state?: OptimizerState,
): Promise<Stepper> {
  if (engine.createStepper !== undefined) return engine.createStepper(optimizer, state);
  return new FlatStepper(engine, optimizer, parameterCount, state);
}
