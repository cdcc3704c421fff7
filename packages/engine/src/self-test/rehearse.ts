import { murmur3 } from "@convoy/foundation";
import { elementCount, imageShapeFor, type ModelSpecification, parameterLayout } from "@convoy/models";
import type { Batch, Engine, EngineTask } from "../engine.ts";

/**
 * Lets an engine compute one gradient of its own task, on parameters and samples made up for it. Afterwards shaders
 * are compiled and memory is there, so that the first lease need not wait for them. Returns the hash of all the bits
 * that came out, eight hexadecimal digits: engines with equal bits give equal hashes. Replaces the engine's parameters.
 */
export async function rehearse(
  engine: Pick<Engine, "setParameters" | "computeGradient">,
  task: EngineTask,
  sampleCount: number,
): Promise<string> {
  const { parameters, batch } = rehearsalProblem(task, sampleCount);
  const gradient = new Float32Array(parameters.length);
  engine.setParameters(parameters);
  const outcome = await engine.computeGradient(batch, gradient);
  const figures = Float64Array.of(outcome.lossSum, outcome.correctCount);
  const hash = murmur3(bytesOf(gradient), murmur3(bytesOf(figures)));
  return hash.toString(16).padStart(8, "0");
}

/** Parameters and samples made up for a task, the same on every device. */
export function rehearsalProblem(
  task: EngineTask,
  sampleCount: number,
): { readonly parameters: Float32Array; readonly batch: Batch } {
  return { parameters: spreadParameters(task.model), batch: spreadBatch(task, sampleCount) };
}

/** Evenly spread with variance 1/fan-in, so that activations stay about as large as the input through every layer. */
function spreadParameters(model: ModelSpecification): Float32Array {
  const layout = parameterLayout(model);
  const parameters = new Float32Array(layout.length);
  for (const { offset, length, fanIn } of layout.entries)
    fillEvenly(parameters, offset, offset + length, Math.sqrt(3 / fanIn));
  return parameters;
}

/** Apart, because V8 compiles a long loop with all that is around it, anew for each entry. */
function fillEvenly(parameters: Float32Array, start: number, end: number, bound: number): void {
  for (let i = start; i < end; i++) parameters[i] = bound * (2 * spread(i) - 1);
}

function spreadBatch({ model, preprocessing }: EngineTask, count: number): Batch {
  const imageSize = elementCount(imageShapeFor(preprocessing, model.inputShape));
  const pixels = Uint8Array.from({ length: count * imageSize }, (_, i) => 256 * spread(i));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % model.classCount);
  return {
    count,
    pixels,
    labels,
    draws: { seed: 0, epoch: 0, samples: Uint32Array.from({ length: count }, (_, i) => i) },
  };
}

/**
 * Numbers of [0, 1) in steps of 2⁻²⁴: the fractions of multiples of the golden ratio, far quicker than random ones
 * where a model has millions of parameters.
 */
function spread(index: number): number {
  return (Math.imul(index + 1, 0x9e3779b1) >>> 8) * 2 ** -24;
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
