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
} from "@convoy/engine";
import { assert, murmur3Text } from "@convoy/foundation";
import { BatchUpload } from "./batch-upload.ts";
import { type CompileProgress, compileTask, type Products, pictureBytes, planFor } from "./compile-task.ts";
import { type GraphicsDevice, openGraphicsDevice } from "./device/graphics-device.ts";
import { mapForReading } from "./device/map-for-reading.ts";
import { StagingBuffers } from "./device/staging-buffers.ts";
import { userAgent } from "./device/user-agent.ts";
import { Pace } from "./pace.ts";
import type { Pipelines } from "./pipelines.ts";
import { PreparedStep } from "./prepared-step.ts";
import { StepBuffers, stepSizes } from "./step-buffers.ts";

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
    const { pipelines, forwardCount } = await compileTask(task, graphics, products, onProgress);
    return new WebgpuEngine(task, graphics, pipelines, forwardCount);
  };
}

/** What is there for batches of up to `buffers.plan.batchSize` samples. */
interface Prepared {
  readonly buffers: StepBuffers;
  readonly training: PreparedStep;
  readonly evaluation: PreparedStep;
}

/**
 * Calls may be under way at the same time: each is submitted before its method returns, and reads its results through a
 * staging buffer of its own.
 */
class WebgpuEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly #task: EngineTask;
  readonly #graphics: GraphicsDevice;
  readonly #pipelines: Pipelines;
  readonly #forwardCount: number;
  readonly #parameterCount: number;
  readonly #parameters: GPUBuffer;
  readonly #upload: BatchUpload;
  readonly #staging: StagingBuffers;
  readonly #pace = new Pace();
  #prepared: Prepared | undefined;
  #hasParameters = false;
  #disposed = false;

  /** The first `forwardCount` kernels are an evaluation. */
  constructor(task: EngineTask, graphics: GraphicsDevice, pipelines: Pipelines, forwardCount: number) {
    const { device } = graphics;
    this.identity = identityOn(graphics);
    this.#task = task;
    this.#graphics = graphics;
    this.#pipelines = pipelines;
    this.#forwardCount = forwardCount;
    this.#parameterCount = planFor(task, 1).parameterCount;
    this.#parameters = device.createBuffer({
      label: "parameters",
      size: Math.max(4, 4 * this.#parameterCount),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    this.#upload = new BatchUpload(task);
    this.#staging = new StagingBuffers(device);
  }

  setParameters(parameters: Float32Array): void {
    assert(!this.#disposed, "the engine was disposed");
    assertVectorLength(parameters, this.#parameterCount, "parameters");
    if (this.#graphics.failure !== undefined) throw this.#graphics.failure;
    this.#graphics.device.queue.writeBuffer(this.#parameters, 0, parameters as Float32Array<ArrayBuffer>);
    this.#hasParameters = true;
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    this.#assertReady();
    assertTrainingBatch(this.#task, batch);
    assertVectorLength(gradientSum, this.#parameterCount, "gradient");
    return this.#run(batch, true, (mapped) => {
      gradientSum.set(mapped.subarray(0, this.#parameterCount));
      return addUp(mapped.subarray(this.#parameterCount));
    });
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    this.#assertReady();
    assertBatch(this.#task, batch);
    return this.#run(batch, false, (mapped) => evaluationIn(mapped));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#prepared?.buffers.destroy();
    this.#parameters.destroy();
    this.#staging.destroy();
  }

  #assertReady(): void {
    assert(!this.#disposed, "the engine was disposed");
    assert(this.#hasParameters, "the engine was given no parameters yet");
  }

  /** One step: everything is submitted at once, then there is one wait. `read` is lent what comes back. */
  async #run<T>(batch: Batch, isTraining: boolean, read: (mapped: Float32Array) => T): Promise<T> {
    if (this.#graphics.failure !== undefined) throw this.#graphics.failure;
    const { device } = this.#graphics;
    const { buffers, training, evaluation } = this.#preparedFor(batch.count);
    const step = isTraining ? training : evaluation;
    const work = step.work(batch.count);
    // An evaluation leaves the gradient where it is, training what became of each sample.
    const begin = isTraining ? 0 : 4 * this.#parameterCount;
    const size = 4 * (isTraining ? this.#parameterCount + 2 * batch.count : 4 * batch.count);
    const staging = this.#staging.acquire(size);
    const startedAt = performance.now();
    this.#upload.write(device, buffers, batch, isTraining);
    step.submit(batch.count, this.#pace.workOfSubmit(work), (encoder) =>
      encoder.copyBufferToBuffer(buffers.results, begin, staging, 0, size),
    );
    await this.#map(staging, size);
    this.#pace.observe(work, performance.now() - startedAt);
    const outcome = read(new Float32Array(staging.getMappedRange(0, size)));
    staging.unmap();
    this.#staging.release(staging);
    return outcome;
  }

  /** Buffers that are too small are replaced; what was submitted keeps those it has. */
  #preparedFor(count: number): Prepared {
    if (this.#prepared !== undefined && count <= this.#prepared.buffers.plan.batchSize) return this.#prepared;
    const { device } = this.#graphics;
    const { kernels, sharedLayout } = this.#pipelines;
    const plan = planFor(this.#task, count);
    const sizes = stepSizes(
      plan,
      kernels.map(({ kernel }) => kernel),
      pictureBytes(this.#task),
    );
    const buffers = new StepBuffers(device, plan, sizes, this.#parameters);
    this.#prepared?.buffers.destroy();
    this.#prepared = {
      buffers,
      training: new PreparedStep(device, kernels, sharedLayout, buffers),
      evaluation: new PreparedStep(device, kernels.slice(0, this.#forwardCount), sharedLayout, buffers),
    };
    return this.#prepared;
  }

  /** A device that is lost or has failed rejects what waits for its buffers. */
  async #map(staging: GPUBuffer, size: number): Promise<void> {
    try {
      await mapForReading(this.#graphics.device, staging, size);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#graphics.fail(`The GPU was lost while it computed: ${reason}`);
    }
    if (this.#graphics.failure !== undefined) throw this.#graphics.failure;
  }
}

/** Losses and ones for what is right, in turn. */
function addUp(outcomes: Float32Array): BatchOutcome {
  let lossSum = 0;
  let correctCount = 0;
  for (let i = 0; i < outcomes.length; i += 2) {
    lossSum += outcomes[i] as number;
    correctCount += outcomes[i + 1] as number;
  }
  return { lossSum, correctCount };
}

/** Behind the losses of all samples, and whether each is right, come the classes and shares of the softmax, in turn. */
function evaluationIn(mapped: Float32Array): Evaluation {
  const count = mapped.length / 4;
  const [outcomes, named] = [mapped.subarray(0, 2 * count), mapped.subarray(2 * count)];
  const everyOther = (values: Float32Array, first: number) => (_: unknown, i: number) =>
    values[first + 2 * i] as number;
  return {
    ...addUp(outcomes),
    predictions: {
      classes: Uint16Array.from({ length: count }, everyOther(named, 0)),
      confidences: Float32Array.from({ length: count }, everyOther(named, 1)),
      losses: Float32Array.from({ length: count }, everyOther(outcomes, 0)),
    },
  };
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
