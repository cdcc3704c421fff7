import {
  assertBatch,
  assertTrainingBatch,
  assertVectorLength,
  type Batch,
  type BatchOutcome,
  type Engine,
  type EngineFactory,
  type EngineIdentity,
  type EngineTask,
  type Evaluation,
  type Stepper,
  sliceBatch,
} from "@convoy/engine";
import { assert, murmur3Text } from "@convoy/foundation";
import type { OptimizerState } from "@convoy/gradients";
import type { OptimizerSpecification } from "@convoy/models";
import { type CompileProgress, compileTask, type Products } from "./compile-task.ts";
import { type GraphicsDevice, openGraphicsDevice } from "./device/graphics-device.ts";
import { userAgent } from "./device/user-agent.ts";
import { addUp, evaluationIn, joinEvaluations } from "./outcomes.ts";
import { StepRunner } from "./step-runner.ts";
import { WebgpuStepper } from "./webgpu-stepper.ts";

/** Changes whenever the rounding of a kernel may. */
const KERNELS_VERSION = 2;

export interface WebgpuOptions {
  readonly onProgress?: CompileProgress;
  /** Unless told, on real GPUs each the way that is quickest there. */
  readonly products?: Products;
}

/**
 * Engines on the GPU of this browser. A model is compiled once, for batches of any size; its buffers grow with the
 * largest batch that comes. The factory rejects with an EngineError: there is no GPU, a shader does not compile, the model
 * is too large.
 */
export function createWebgpuEngine({ products, onProgress }: WebgpuOptions = {}): EngineFactory {
  return async (task) => {
    const graphics = await openGraphicsDevice();
    const compiled = await compileTask(task, graphics, products, onProgress);
    return new WebgpuEngine(task, new StepRunner(task, graphics, compiled));
  };
}

/** Calls may be under way at the same time. */
class WebgpuEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly #task: EngineTask;
  readonly #runner: StepRunner;
  #hasParameters = false;
  #disposed = false;

  constructor(task: EngineTask, runner: StepRunner) {
    this.identity = identityOn(runner.graphics);
    this.#task = task;
    this.#runner = runner;
  }

  setParameters(parameters: Float32Array): void {
    assert(!this.#disposed, "the engine was disposed");
    assertVectorLength(parameters, this.#runner.parameterCount, "parameters");
    this.#runner.write(this.#runner.parameters, parameters);
    this.#hasParameters = true;
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    this.#assertReady();
    assertTrainingBatch(this.#task, batch);
    const { parameterCount } = this.#runner;
    assertVectorLength(gradientSum, parameterCount, "gradient");
    const request = { batch, isTraining: true, from: 0, length: parameterCount + 2 * batch.count };
    return this.#runner.run({ ...request, step: ({ training }) => training }, (mapped) => {
      gradientSum.set(mapped.subarray(0, parameterCount));
      return addUp(mapped.subarray(parameterCount));
    });
  }

  /** It leaves the gradient where it is. An evaluation's batch may be larger than the run's: then it is cut in two. */
  async evaluate(batch: Batch): Promise<Evaluation> {
    this.#assertReady();
    assertBatch(this.#task, batch);
    const { count } = batch;
    if (count > 1 && !this.#runner.hasRoomFor(count)) {
      const half = Math.ceil(count / 2);
      const parts = [
        await this.evaluate(sliceBatch(batch, 0, half)),
        await this.evaluate(sliceBatch(batch, half, count)),
      ];
      return joinEvaluations(parts);
    }
    const { parameterCount } = this.#runner;
    const request = { batch, isTraining: false, from: parameterCount, length: 4 * batch.count };
    return this.#runner.run({ ...request, step: ({ evaluation }) => evaluation }, evaluationIn);
  }

  async createStepper(optimizer: OptimizerSpecification, state?: OptimizerState): Promise<Stepper> {
    assert(!this.#disposed, "the engine was disposed");
    return WebgpuStepper.create(this.#task, this.#runner, optimizer, state);
  }

  dispose(): void {
    this.#disposed = true;
    this.#runner.destroy();
  }

  #assertReady(): void {
    assert(!this.#disposed, "the engine was disposed");
    assert(this.#hasParameters, "the engine was given no parameters yet");
  }
}

function identityOn({ adapter }: GraphicsDevice): EngineIdentity {
  const { vendor, architecture, device, description, name } = adapter;
  const profile = [vendor, architecture, device, description].join("/");
  return {
    name: "webgpu",
    device: name,
    // The browser and the GPU's driver compile the shaders; no page learns the driver's version.
    fingerprint: `webgpu ${KERNELS_VERSION}, ${profile}, browser ${murmur3Text(userAgent())}`,
  };
}
