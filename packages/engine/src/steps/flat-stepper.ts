import { assert } from "@convoy/foundation";
import { createOptimizer, type Optimizer, type OptimizerState } from "@convoy/gradients";
import type { OptimizerSpecification } from "@convoy/models";
import { assertVectorLength } from "../check-batch.ts";
import type { Batch, BatchOutcome, Engine } from "../engine.ts";
import type { StepAt, Stepper } from "./stepper.ts";

export type GradientEngine = Pick<Engine, "setParameters" | "computeGradient">;

/** Steps on flat vectors: the parameters go to the engine each time, and the gradient comes back. */
export class FlatStepper implements Stepper {
  readonly #engine: GradientEngine;
  readonly #optimizer: Optimizer;
  readonly #parameters: Float32Array;
  readonly #gradient: Float32Array;
  #hasParameters = false;
  #disposed = false;
  /** The step that was asked for last. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    engine: GradientEngine,
    optimizer: OptimizerSpecification,
    parameterCount: number,
    state?: OptimizerState,
  ) {
    this.#engine = engine;
    // Its rate comes with each step.
    this.#optimizer = createOptimizer({ optimizer, batchSize: 1 }, 1, parameterCount, state);
    this.#parameters = new Float32Array(parameterCount);
    this.#gradient = new Float32Array(parameterCount);
  }

  setParameters(parameters: Float32Array): void {
    assert(!this.#disposed, "the stepper was disposed");
    assertVectorLength(parameters, this.#parameters.length, "parameters");
    this.#parameters.set(parameters);
    this.#hasParameters = true;
  }

  step(batch: Batch, at: StepAt): Promise<BatchOutcome> {
    const stepped = this.#last.then(() => this.#step(batch, at));
    this.#last = stepped.catch(() => {});
    return stepped;
  }

  async readParameters(parameters: Float32Array): Promise<void> {
    await this.#last;
    this.#assertReady();
    assertVectorLength(parameters, this.#parameters.length, "parameters");
    parameters.set(this.#parameters);
  }

  async readState(): Promise<OptimizerState> {
    await this.#last;
    assert(!this.#disposed, "the stepper was disposed");
    return this.#optimizer.state;
  }

  dispose(): void {
    this.#disposed = true;
  }

  async #step(batch: Batch, { step, learningRate }: StepAt): Promise<BatchOutcome> {
    this.#assertReady();
    this.#engine.setParameters(this.#parameters);
    const outcome = await this.#engine.computeGradient(batch, this.#gradient);
    const numbers = { step, sampleCount: batch.count, learningRate };
    this.#optimizer.step(this.#parameters, this.#gradient, numbers, this.#parameters);
    return outcome;
  }

  #assertReady(): void {
    assert(!this.#disposed, "the stepper was disposed");
    assert(this.#hasParameters, "the stepper was given no parameters yet");
  }
}
