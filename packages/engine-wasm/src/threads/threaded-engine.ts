import {
  assertBatch,
  assertTrainingBatch,
  assertVectorLength,
  type Batch,
  type BatchOutcome,
  concatenatePredictions,
  type Engine,
  type EngineFactory,
  type EngineIdentity,
  type EngineTask,
  type Evaluation,
} from "@convoy/engine";
import { parameterLayout } from "@convoy/models";
import { addVectors } from "@convoy/vectors";
import { quickestBuild } from "../quickest-build.ts";
import { createWasmEngine, type WasmOptions } from "../wasm-engine.ts";
import { RemotePart } from "./remote-part.ts";
import type { EngineThread } from "./thread-messages.ts";

export interface ThreadedOptions extends WasmOptions {
  /** With that of the caller. */
  readonly threads: number;
  openThread(): EngineThread;
}

/** Below this many samples a part is not worth a thread. */
const LEAST_SAMPLES = 4;

/**
 * The engine wasm on several threads: each computes a part of the batch, and their gradients are added in the order of
 * the parts. The threads share nothing, so that a page need not be isolated from other origins for them.
 */
export function createThreadedEngine({ threads, openThread, build }: ThreadedOptions): EngineFactory {
  return async (task) => {
    const used = build ?? (await quickestBuild());
    const own = await createWasmEngine({ build: used })(task);
    if (threads <= 1) return own;
    const { length } = parameterLayout(task.model);
    const opening = Array.from({ length: threads - 1 }, () => RemotePart.open(openThread(), task, used, length));
    const opened = await Promise.allSettled(opening);
    const others = opened.flatMap((part) => (part.status === "fulfilled" ? [part.value] : []));
    const failed = opened.find((part) => part.status === "rejected");
    if (failed !== undefined) {
      for (const part of others) part.close();
      own.dispose();
      throw failed.reason;
    }
    return new ThreadedEngine(task, own, others, length);
  };
}

class ThreadedEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly #task: EngineTask;
  readonly #own: Engine;
  readonly #others: readonly RemotePart[];
  readonly #parameterCount: number;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(task: EngineTask, own: Engine, others: readonly RemotePart[], parameterCount: number) {
    const threads = others.length + 1;
    const { name, device, fingerprint } = own.identity;
    this.identity = {
      name,
      device: `${device}, ${threads} threads`,
      fingerprint: `${fingerprint}, ${threads} threads`,
    };
    this.#task = task;
    this.#own = own;
    this.#others = others;
    this.#parameterCount = parameterCount;
  }

  setParameters(parameters: Float32Array): void {
    this.#own.setParameters(parameters);
    for (const part of this.#others) part.setParameters(parameters);
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    assertTrainingBatch(this.#task, batch);
    assertVectorLength(gradientSum, this.#parameterCount, "gradient");
    const [first, ...rest] = this.#split(batch);
    return this.#alone(async () => {
      const remote = rest.map((part, index) => (this.#others[index] as RemotePart).computeGradient(part));
      const outcomes: BatchOutcome[] = [
        await alongside(remote, this.#own.computeGradient(first as Batch, gradientSum)),
      ];
      for (const { gradient, ...outcome } of await Promise.all(remote)) {
        addVectors(gradientSum, gradient);
        outcomes.push(outcome);
      }
      return sumOf(outcomes);
    });
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    assertBatch(this.#task, batch);
    const [first, ...rest] = this.#split(batch);
    return this.#alone(async () => {
      const remote = rest.map((part, index) => (this.#others[index] as RemotePart).evaluate(part));
      const own = await alongside(remote, this.#own.evaluate(first as Batch));
      const parts = [own, ...(await Promise.all(remote))];
      return { ...sumOf(parts), predictions: concatenatePredictions(parts.map(({ predictions }) => predictions)) };
    });
  }

  dispose(): void {
    this.#own.dispose();
    for (const part of this.#others) part.close();
  }

  #alone<T>(compute: () => Promise<T>): Promise<T> {
    const computed = this.#busy.then(compute);
    this.#busy = computed.catch(() => {});
    return computed;
  }

  /** About equal parts, one for each thread; fewer where they would be too small. Where they lie depends on the count alone. */
  #split(batch: Batch): Batch[] {
    const { count, pixels, labels, draws } = batch;
    const parts = Math.max(1, Math.min(this.#others.length + 1, Math.floor(count / LEAST_SAMPLES)));
    const sampleBytes = pixels.length / count;
    return Array.from({ length: parts }, (_, i) => {
      const start = Math.floor((i * count) / parts);
      const end = Math.floor(((i + 1) * count) / parts);
      const part = {
        count: end - start,
        pixels: pixels.subarray(start * sampleBytes, end * sampleBytes),
        labels: labels.subarray(start, end),
      };
      if (draws === undefined) return part;
      return { ...part, draws: { ...draws, samples: draws.samples.subarray(start, end) } };
    });
  }
}

/** What `own` gives. Others that fail in the meantime are asked about afterwards; nobody is to think them forgotten. */
async function alongside<T>(others: readonly Promise<unknown>[], own: Promise<T>): Promise<T> {
  for (const other of others) other.catch(() => {});
  return own;
}

function sumOf(outcomes: readonly BatchOutcome[]): BatchOutcome {
  return {
    lossSum: outcomes.reduce((sum, { lossSum }) => sum + lossSum, 0),
    correctCount: outcomes.reduce((sum, { correctCount }) => sum + correctCount, 0),
  };
}
