/** A tiny recipe, and engines for it that a test can hold up or break. */
import { type Batch, createReferenceEngine, type Engine, type EngineFactory, type EngineTask } from "@convoy/engine";
import { RandomSequence } from "@convoy/foundation";
import { initializeParameters, parameterLayout, type Recipe, recipes } from "@convoy/models";
import type { EngineCandidate } from "./engine-candidate.ts";

/** 4×4 pixels, three classes. */
export const tinyRecipe: Recipe = {
  ...(recipes[0] as Recipe),
  name: "tiny",
  title: "Tiny",
  model: {
    name: "tiny",
    inputShape: [4, 4, 1],
    layers: [
      { type: "convolution", channels: 2, window: 3, stride: 1, padding: "valid" },
      { type: "relu" },
      { type: "flatten" },
      { type: "dense", units: 3 },
    ],
    classCount: 3,
  },
  batchSize: 32,
  epochs: 1,
};
export const tinyTask: EngineTask = { model: tinyRecipe.model, preprocessing: tinyRecipe.preprocessing };
export const tinyLayout = parameterLayout(tinyRecipe.model);

export function tinyParameters(seed = 1): Float32Array {
  return initializeParameters(tinyLayout, tinyRecipe.initialization, seed);
}

/** Pixels and label of one sample, drawn from its number. */
export function tinySample(sample: number): { pixels: Uint8Array; label: number } {
  const random = new RandomSequence(1, "test", sample);
  return { pixels: Uint8Array.from({ length: 16 }, () => random.below(256)), label: random.below(3) };
}

export function tinyBatch(samples: readonly number[]): Batch {
  const drawn = samples.map(tinySample);
  return {
    count: samples.length,
    pixels: Uint8Array.from(drawn.flatMap(({ pixels }) => [...pixels])),
    labels: Uint8Array.from(drawn, ({ label }) => label),
  };
}

/** What the reference engine says, asked without a worker. */
export async function referenceGradient(
  parameters: Float32Array,
  samples: readonly number[],
  task: EngineTask = tinyTask,
) {
  const engine = await createReferenceEngine(task);
  engine.setParameters(parameters);
  const gradient = new Float32Array(tinyLayout.length);
  return { ...(await engine.computeGradient(tinyBatch(samples), gradient)), gradient };
}

export const reference: EngineCandidate = { name: "reference", create: createReferenceEngine };

export interface EngineRecord {
  /** Engines made for the tiny recipe, the self-test's not counted. */
  made: number;
  disposed: number;
}

/** The reference engine with parts of it replaced for the tiny recipe; the self-test sees it as it is. */
export function changedEngine(
  change: (engine: Engine) => Partial<Engine>,
  record: EngineRecord = { made: 0, disposed: 0 },
): EngineFactory {
  return async (task) => {
    const engine = await createReferenceEngine(task);
    if (task.model.name === "self-test") return engine;
    record.made++;
    const original: Engine = {
      identity: engine.identity,
      setParameters: (parameters) => engine.setParameters(parameters),
      computeGradient: (batch, gradient) => engine.computeGradient(batch, gradient),
      evaluate: (batch) => engine.evaluate(batch),
      dispose() {
        record.disposed++;
        engine.dispose();
      },
    };
    return { ...original, ...change(original) };
  };
}
