import { AssertionError } from "@convoy/foundation";
import type { BatchOutcome, Engine, EngineFactory } from "../engine.ts";
import { createReferenceEngine } from "../reference/reference-engine.ts";
import type { Problem } from "./problem.ts";

/** One thing that every engine must do. Rejects with an error that says what was wrong. */
export interface ConformanceCheck {
  readonly name: string;
  /** Left out where the options do not say how to count. */
  readonly needsCount?: boolean;
  run(factory: EngineFactory, options: ConformanceOptions): Promise<void>;
}

export interface ConformanceOptions {
  /** Live tensors, or whatever of a device an engine could fail to free. Without it, growth is not looked for. */
  readonly countResources?: () => number;
  /** Samples in the batch of the whole LeNet-5; 16 unless told. */
  readonly lenetBatchSize?: number;
  /**
   * For engines that take a second to compile a network: of the many combinations of stride and padding each size of
   * window meets a third, and every combination is met by some size. Gradients are compared with differences of the loss
   * along one direction, not three: these networks are compared with the reference as well.
   */
  readonly slowToCompile?: boolean;
  /** For one check; 60 s unless told. */
  readonly timeoutMs?: number;
  /** Checks that this engine is known to fail, by name, each with the reason. They are expected to fail. */
  readonly exempt?: Readonly<Record<string, string>>;
}

export interface Computed extends BatchOutcome {
  readonly gradient: Float32Array;
}

/** Makes an engine for the problem, hands it on, and disposes of it. */
export async function withEngine<T>(
  factory: EngineFactory,
  problem: Problem,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await factory(problem.task);
  try {
    engine.setParameters(problem.parameters);
    return await use(engine);
  } finally {
    engine.dispose();
  }
}

/** The outcome and gradient of one batch. What the engine does not write stays NaN. */
export async function compute(engine: Engine, problem: Problem): Promise<Computed> {
  const gradient = new Float32Array(problem.layout.length).fill(Number.NaN);
  const outcome = await engine.computeGradient(problem.batch, gradient);
  return { ...outcome, gradient };
}

export function computeByReference(problem: Problem): Promise<Computed> {
  return withEngine(createReferenceEngine, problem, (engine) => compute(engine, problem));
}

export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
