import type { StepAt, Stepper } from "@convoy/engine";
import {
  assertTrainingBatch,
  assertVectorLength,
  type Batch,
  type BatchOutcome,
  type EngineTask,
} from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { type OptimizerState, ruleOf, type UpdateRule } from "@convoy/gradients";
import type { OptimizerSpecification } from "@convoy/models";
import { addUp } from "./outcomes.ts";
import { type PreparedKernel, preparePipelines } from "./pipelines.ts";
import type { PreparedStep } from "./prepared-step.ts";
import type { Prepared, StepRunner } from "./step-runner.ts";
import { updateKernel } from "./wgsl/update.ts";

/** Steps of which only losses and what is right leave the GPU: parameters and state are moved where they are. */
export class WebgpuStepper implements Stepper {
  readonly #task: EngineTask;
  readonly #runner: StepRunner;
  readonly #rule: UpdateRule;
  readonly #update: PreparedKernel;
  readonly #state: readonly GPUBuffer[];
  #prepared: { readonly from: Prepared; readonly step: PreparedStep } | undefined;
  #hasParameters = false;
  #disposed = false;

  private constructor(task: EngineTask, runner: StepRunner, rule: UpdateRule, update: PreparedKernel) {
    this.#task = task;
    this.#runner = runner;
    this.#rule = rule;
    this.#update = update;
    this.#state = rule.stateNames.map((name) => runner.createVector(name));
  }

  /** Rejects with an EngineError when the optimizer's shader does not compile. */
  static async create(
    task: EngineTask,
    runner: StepRunner,
    optimizer: OptimizerSpecification,
    state?: OptimizerState,
  ): Promise<WebgpuStepper> {
    const rule = ruleOf(optimizer);
    const kernel = updateKernel(rule.kernel, runner.parameterCount);
    const { kernels } = await preparePipelines(runner.graphics, [kernel]);
    runner.assertUsable();
    const stepper = new WebgpuStepper(task, runner, rule, kernels[0] as PreparedKernel);
    if (state !== undefined) stepper.#restore(state);
    return stepper;
  }

  setParameters(parameters: Float32Array): void {
    this.#assertAlive();
    assertVectorLength(parameters, this.#runner.parameterCount, "parameters");
    this.#runner.write(this.#runner.parameters, parameters);
    this.#hasParameters = true;
  }

  async step(batch: Batch, { step, learningRate }: StepAt): Promise<BatchOutcome> {
    this.#assertReady();
    assertTrainingBatch(this.#task, batch);
    const { parameterCount } = this.#runner;
    const request = {
      batch,
      isTraining: true,
      step: (prepared: Prepared) => this.#stepOn(prepared),
      numbers: this.#rule.numbers({ step, learningRate, sampleCount: batch.count }),
      from: parameterCount,
      length: 2 * batch.count,
    };
    return this.#runner.run(request, addUp);
  }

  async readParameters(parameters: Float32Array): Promise<void> {
    this.#assertReady();
    assertVectorLength(parameters, this.#runner.parameterCount, "parameters");
    await this.#runner.read(this.#runner.parameters, parameters);
  }

  async readState(): Promise<OptimizerState> {
    this.#assertAlive();
    const vectors = this.#state.map(() => new Float32Array(this.#runner.parameterCount));
    await Promise.all(this.#state.map((buffer, i) => this.#runner.read(buffer, vectors[i] as Float32Array)));
    return new Map(this.#rule.stateNames.map((name, i) => [name, vectors[i] as Float32Array]));
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#state) this.#runner.destroyVector(buffer);
  }

  #restore(state: OptimizerState): void {
    for (const [i, name] of this.#rule.stateNames.entries()) {
      const vector = state.get(name);
      assert(vector !== undefined, `an optimizer's state has its ${name}`);
      assertVectorLength(vector, this.#runner.parameterCount, name);
      this.#runner.write(this.#state[i] as GPUBuffer, vector);
    }
  }

  /** Made again when a larger batch has replaced the buffers. */
  #stepOn(prepared: Prepared): PreparedStep {
    if (this.#prepared?.from !== prepared) {
      this.#prepared = { from: prepared, step: this.#runner.trainingWith(this.#update, prepared, this.#state) };
    }
    return this.#prepared.step;
  }

  #assertAlive(): void {
    assert(!this.#disposed, "the stepper was disposed");
  }

  #assertReady(): void {
    this.#assertAlive();
    assert(this.#hasParameters, "the stepper was given no parameters yet");
  }
}
