import {
  assertBatch,
  assertTrainingBatch,
  assertVectorLength,
  type Batch,
  type BatchOutcome,
  compilePlan,
  concatenatePredictions,
  type Engine,
  EngineError,
  type EngineFactory,
  type EngineIdentity,
  type EngineTask,
  type Evaluation,
  letOthersRun,
  type Plan,
  type Predictions,
} from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { elementCount, imageShapeFor } from "@convoy/models";
import { keptForMs } from "./kept-thread.ts";
import { compileKernels, instantiate, type KernelBuild, type Kernels } from "./kernels.ts";
import { layOutMemory, type MemoryLayout } from "./memory-layout.ts";
import { prepareOperation } from "./operations/prepare-operation.ts";
import type { Workplace } from "./operations/workplace.ts";
import { partSize } from "./part-size.ts";
import { quickestBuild } from "./quickest-build.ts";
import type { Part, Run } from "./step.ts";

/** How long the thread is kept before others are let in: messages wait, and with them the sign of life. */
const LONGEST_MS = 50;
const PAGE_BYTES = 65_536;
/** What a module with 32-bit addresses can have. */
const MOST_PAGES = 65_536;

export interface WasmOptions {
  /** The quickest that the runtime has, unless told. An exact run takes "simd". */
  readonly build?: KernelBuild;
}

/** Engines that execute the model's plan in a WebAssembly module, on the thread that calls. Rejects with an EngineError. */
export function createWasmEngine(options: WasmOptions = {}): EngineFactory {
  return async (task) => {
    const build = options.build ?? (await quickestBuild());
    const { module, hash } = await compileKernels(build);
    const plan = compilePlan(task.model, { batchSize: partSize(task.model), placeBytes: 2 });
    const layout = layOutMemory(plan, task.preprocessing);
    const memory = allocate(layout, task);
    const kernels = await instantiate(module, memory);
    return new WasmEngine(task, plan, layout, memory, kernels, {
      name: "wasm",
      device: build === "simd" ? "CPU, WASM SIMD" : "CPU, WASM relaxed SIMD",
      // The arithmetic is the module's alone: neither processor nor browser is part of it, unless additions may be fused.
      fingerprint: `wasm ${build}, kernels ${hash}`,
    });
  };
}

/** What an engine for this task takes: the whole memory of its module, with parameters and gradients, in bytes. */
export function memoryBytesFor(task: EngineTask): number {
  const plan = compilePlan(task.model, { batchSize: partSize(task.model), placeBytes: 2 });
  return layOutMemory(plan, task.preprocessing).bytes;
}

function allocate({ bytes }: MemoryLayout, { model }: EngineTask): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    assert(pages <= MOST_PAGES, "more than 4 GB");
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    const gigabytes = (bytes * 1e-9).toFixed(2);
    throw new EngineError(
      `${model.name} needs ${gigabytes} GB of memory for the engine wasm, more than there is here.`,
    );
  }
}

/** Sums over a batch are made part by part: as many samples as stay in the processor's caches. */
class WasmEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly #task: EngineTask;
  readonly #plan: Plan;
  readonly #layout: MemoryLayout;
  readonly #kernels: Kernels;
  readonly #bytes: Uint8Array;
  readonly #parameters: Float32Array;
  readonly #gradient: Float32Array;
  readonly #forward: readonly Run[];
  readonly #backward: readonly Run[];
  readonly #imageBytes: number;
  #lossSum = 0;
  #correctCount = 0;
  /** Of an evaluation's parts, in their order. */
  #predictions: Predictions[] = [];
  #hasParameters = false;
  #isComputing = false;
  /** Parameters that came while something was being computed. */
  #next: Float32Array | null = null;
  #disposed = false;
  /** The call that is being computed: one at a time, since all share the arena. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(
    task: EngineTask,
    plan: Plan,
    layout: MemoryLayout,
    memory: WebAssembly.Memory,
    kernels: Kernels,
    identity: EngineIdentity,
  ) {
    this.identity = identity;
    this.#task = task;
    this.#plan = plan;
    this.#layout = layout;
    this.#kernels = kernels;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#parameters = new Float32Array(memory.buffer, layout.parameters, plan.parameterCount);
    this.#gradient = new Float32Array(memory.buffer, layout.gradient, plan.parameterCount);
    this.#imageBytes = elementCount(imageShapeFor(task.preprocessing, task.model.inputShape));
    const place: Workplace = {
      task,
      plan,
      kernels,
      memory,
      layout,
      addressOf: (buffer) => layout.arena + (plan.buffers[buffer]?.offset ?? Number.NaN),
      strideOf: (buffer) => (plan.buffers[buffer]?.bytes ?? Number.NaN) / plan.batchSize,
      onLoss: (lossSum, correctCount) => this.#add({ lossSum, correctCount }),
      onEvaluated: (evaluation) => {
        this.#add(evaluation);
        this.#predictions.push(evaluation.predictions);
      },
    };
    this.#forward = plan.forward.map((operation) => prepareOperation(place, operation));
    this.#backward = plan.backward.map((operation) => prepareOperation(place, operation));
  }

  setParameters(parameters: Float32Array): void {
    assert(!this.#disposed, "the engine was disposed");
    assertVectorLength(parameters, this.#plan.parameterCount, "parameters");
    this.#hasParameters = true;
    // What is being computed goes on with those it began with.
    if (this.#isComputing) this.#next = parameters.slice();
    else this.#take(parameters);
  }

  #take(parameters: Float32Array): void {
    this.#next = null;
    this.#parameters.set(parameters);
    for (const operation of [...this.#plan.forward, ...this.#plan.backward]) this.#packFilters(operation);
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    this.#assertReady();
    assertTrainingBatch(this.#task, batch);
    assertVectorLength(gradientSum, this.#plan.parameterCount, "gradient");
    return this.#alone(async () => {
      const outcome = await this.#overParts(batch, true);
      gradientSum.set(this.#gradient);
      return outcome;
    });
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    this.#assertReady();
    assertBatch(this.#task, batch);
    return this.#alone(async () => {
      const outcome = await this.#overParts(batch, false);
      return { ...outcome, predictions: concatenatePredictions(this.#predictions) };
    });
  }

  dispose(): void {
    this.#disposed = true;
  }

  #add({ lossSum, correctCount }: BatchOutcome): void {
    this.#lossSum += lossSum;
    this.#correctCount += correctCount;
  }

  #assertReady(): void {
    assert(!this.#disposed, "the engine was disposed");
    assert(this.#hasParameters, "the engine was given no parameters yet");
  }

  #alone<T>(compute: () => Promise<T>): Promise<T> {
    const computed = this.#busy.then(async () => {
      if (this.#next !== null) this.#take(this.#next);
      this.#isComputing = true;
      try {
        return await compute();
      } finally {
        this.#isComputing = false;
      }
    });
    this.#busy = computed.catch(() => {});
    return computed;
  }

  async #overParts(batch: Batch, training: boolean): Promise<BatchOutcome> {
    const { batchSize } = this.#plan;
    this.#lossSum = 0;
    this.#correctCount = 0;
    this.#predictions = [];
    // Counts from here, unless another computation came just before.
    keptForMs();
    for (let first = 0; first < batch.count; first += batchSize) {
      const count = Math.min(batchSize, batch.count - first);
      await this.#run({ batch, count, first, training, accumulate: first > 0 });
    }
    return { lossSum: this.#lossSum, correctCount: this.#correctCount };
  }

  async #run(part: Part): Promise<void> {
    const { batch, first, count } = part;
    const images = batch.pixels.subarray(first * this.#imageBytes, (first + count) * this.#imageBytes);
    this.#bytes.set(images, this.#layout.pixels);
    this.#bytes.set(batch.labels.subarray(first, first + count), this.#layout.labels);
    for (const runs of part.training ? [this.#forward, this.#backward] : [this.#forward]) {
      for (const run of runs) {
        run(part);
        if (keptForMs() >= LONGEST_MS) await letOthersRun();
      }
    }
  }

  /** Filters as the inner loop reads them, made once for each version of the parameters. */
  #packFilters(operation: Plan["forward"][number] | Plan["backward"][number]): void {
    if (operation.type !== "convolution" && operation.type !== "convolution-input-gradient") return;
    const { layer, weights, geometry } = operation;
    const { window, inputChannels, outputChannels } = geometry;
    const filters = this.#layout.parameters + 4 * weights.offset;
    if (operation.type === "convolution") {
      const to = this.#layout.filters.get(layer) as number;
      this.#kernels.packFilters(filters, window * window * inputChannels, outputChannels, to);
    } else {
      const to = this.#layout.turnedFilters.get(layer) as number;
      this.#kernels.packTurnedFilters(filters, window, inputChannels, outputChannels, to);
    }
  }
}
