import type { Batch, EngineTask, Plan } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { BatchUpload } from "./batch-upload.ts";
import { type CompiledTask, pictureBytes, planFor } from "./compile-task.ts";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import { mapForReading } from "./device/map-for-reading.ts";
import { StagingBuffers } from "./device/staging-buffers.ts";
import { Pace } from "./pace.ts";
import type { PreparedKernel } from "./pipelines.ts";
import { PreparedStep } from "./prepared-step.ts";
import { refusedBuffer, StepBuffers, type StepSizes, stepSizes } from "./step-buffers.ts";
import { updateKernel } from "./wgsl/update.ts";

/** What is there for batches of up to `buffers.plan.batchSize` samples. */
export interface Prepared {
  readonly buffers: StepBuffers;
  readonly training: PreparedStep;
  readonly evaluation: PreparedStep;
}

/** One step, and which of its results come back. */
export interface StepRequest {
  readonly batch: Batch;
  readonly isTraining: boolean;
  readonly step: (prepared: Prepared) => PreparedStep;
  /** For the formula of an optimizer. */
  readonly numbers?: readonly number[];
  /** Of `results`: floats that are left out, and floats that are read. */
  readonly from: number;
  readonly length: number;
}

/**
 * Parameters, pipelines and buffers of a task on the GPU, and steps with them. Steps may be under way at the same time: each
 * is submitted before `run` returns, and reads its results through a staging buffer of its own.
 */
export class StepRunner {
  readonly parameterCount: number;
  readonly graphics: GraphicsDevice;
  readonly parameters: GPUBuffer;
  readonly #task: EngineTask;
  readonly #compiled: CompiledTask;
  readonly #upload: BatchUpload;
  readonly #staging: StagingBuffers;
  readonly #pace = new Pace();
  /** When the step before those under way was done. */
  #doneAt = 0;
  #prepared: Prepared | undefined;
  /** Parameters, and the state of optimizers. */
  readonly #vectors = new Set<GPUBuffer>();
  #destroyed = false;

  constructor(task: EngineTask, graphics: GraphicsDevice, compiled: CompiledTask) {
    this.graphics = graphics;
    this.#task = task;
    this.#compiled = compiled;
    this.parameterCount = planFor(task, 1).parameterCount;
    this.parameters = this.createVector("parameters");
    this.#upload = new BatchUpload(task);
    this.#staging = new StagingBuffers(graphics.device);
  }

  /** Throws the device's failure. */
  assertUsable(): void {
    assert(!this.#destroyed, "the engine was disposed");
    if (this.graphics.failure !== undefined) throw this.graphics.failure;
  }

  /** Zeros, as many as there are parameters. */
  createVector(label: string): GPUBuffer {
    const vector = this.graphics.device.createBuffer({
      label,
      size: Math.max(4, 4 * this.parameterCount),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    this.#vectors.add(vector);
    return vector;
  }

  destroyVector(vector: GPUBuffer): void {
    if (this.#vectors.delete(vector)) vector.destroy();
  }

  write(buffer: GPUBuffer, vector: Float32Array): void {
    this.assertUsable();
    this.graphics.device.queue.writeBuffer(buffer, 0, vector as Float32Array<ArrayBuffer>);
  }

  /** What a buffer holds after all that was submitted, to `vector`. */
  async read(buffer: GPUBuffer, vector: Float32Array): Promise<void> {
    this.assertUsable();
    const { device } = this.graphics;
    const staging = this.#staging.acquire(vector.byteLength);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, vector.byteLength);
    device.queue.submit([encoder.finish()]);
    await this.#readStaged(staging, vector.byteLength, (mapped) => vector.set(mapped));
  }

  /** Whether the GPU allows the buffers that a step of so many samples needs. */
  hasRoomFor(count: number): boolean {
    if (this.#prepared !== undefined && count <= this.#prepared.buffers.plan.batchSize) return true;
    const { plan, sizes } = this.#sizesFor(count);
    return refusedBuffer(plan, sizes, this.graphics.device.limits) === null;
  }

  /** The kernels of a training step, and one behind them. */
  trainingWith(update: PreparedKernel, { buffers }: Prepared, state: readonly GPUBuffer[]): PreparedStep {
    const { kernels, sharedLayout } = this.#compiled.pipelines;
    return new PreparedStep(this.graphics.device, [...kernels, update], sharedLayout, buffers, state);
  }

  /** One step: everything is submitted at once, then there is one wait. `read` is lent what comes back. */
  async run<T>(request: StepRequest, read: (mapped: Float32Array) => T): Promise<T> {
    this.assertUsable();
    const { device } = this.graphics;
    const { batch, isTraining, numbers, from, length } = request;
    const prepared = this.#preparedFor(batch.count);
    const step = request.step(prepared);
    const work = step.work(batch.count);
    const staging = this.#staging.acquire(4 * length);
    const startedAt = performance.now();
    this.#upload.write(device, prepared.buffers, batch, isTraining, numbers);
    step.submit(batch.count, this.#pace.workOfSubmit(work), (encoder) =>
      encoder.copyBufferToBuffer(prepared.buffers.results, 4 * from, staging, 0, 4 * length),
    );
    return this.#readStaged(staging, 4 * length, (mapped) => {
      const now = performance.now();
      // Until then the GPU was busy with the step before.
      this.#pace.observe(work, now - Math.max(startedAt, this.#doneAt));
      this.#doneAt = now;
      return read(mapped);
    });
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#prepared?.buffers.destroy();
    for (const vector of this.#vectors) vector.destroy();
    this.#vectors.clear();
    this.#staging.destroy();
  }

  /** Buffers that are too small are replaced; what was submitted keeps those it has. */
  #preparedFor(count: number): Prepared {
    if (this.#prepared !== undefined && count <= this.#prepared.buffers.plan.batchSize) return this.#prepared;
    const { device } = this.graphics;
    const { pipelines, forwardCount } = this.#compiled;
    const { kernels, sharedLayout } = pipelines;
    const { plan, sizes } = this.#sizesFor(count);
    const buffers = new StepBuffers(device, plan, sizes, this.parameters);
    this.#prepared?.buffers.destroy();
    this.#prepared = {
      buffers,
      training: new PreparedStep(device, kernels, sharedLayout, buffers),
      evaluation: new PreparedStep(device, kernels.slice(0, forwardCount), sharedLayout, buffers),
    };
    return this.#prepared;
  }

  #sizesFor(count: number): { readonly plan: Plan; readonly sizes: StepSizes } {
    const plan = planFor(this.#task, count);
    const kernels = this.#compiled.pipelines.kernels.map(({ kernel }) => kernel);
    // An optimizer may come; whichever it is, its step has as many parts.
    const sized = [...kernels, updateKernel("adam", this.parameterCount)];
    return { plan, sizes: stepSizes(plan, sized, pictureBytes(this.#task)) };
  }

  /** A device that is lost or has failed rejects what waits for its buffers. */
  async #readStaged<T>(staging: GPUBuffer, size: number, read: (mapped: Float32Array) => T): Promise<T> {
    try {
      await mapForReading(this.graphics.device, staging, size);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.graphics.fail(`The GPU was lost while it computed: ${reason}`);
    }
    if (this.graphics.failure !== undefined) throw this.graphics.failure;
    const result = read(new Float32Array(staging.getMappedRange(0, size)));
    staging.unmap();
    this.#staging.release(staging);
    return result;
  }
}
