/**
 * The slow obvious engine: plain loops, one sample after the other, in double precision. It is what every other
 * engine is measured against, so nothing here is clever. Only what leaves it is rounded to 32 bits.
 */
import { assert } from "@convoy/foundation";
import { elementCount, parameterLayout } from "@convoy/models";
import { assertBatch, assertVectorLength } from "../check-batch.ts";
import type { Batch, BatchOutcome, Engine, EngineFactory, EngineTask } from "../engine.ts";
import { normalizePixels } from "../normalize-pixels.ts";
import { indexOfLargest, softmaxCrossEntropy, softmaxCrossEntropyGradient } from "../softmax-cross-entropy.ts";
import { at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";
import { referenceLayers } from "./reference-layers.ts";

export const createReferenceEngine: EngineFactory = async (task) => new ReferenceEngine(task);

/** As `Engine`, with the gradient in double precision: for golden figures. */
export class ReferenceEngine implements Engine {
  readonly identity = { name: "reference", device: "CPU, double precision", fingerprint: "reference-1" };
  readonly #task: EngineTask;
  readonly #layers: readonly ReferenceLayer[];
  readonly #parameters: Float64Array;
  readonly #gradient: Float64Array;
  #hasParameters = false;
  #disposed = false;

  constructor(task: EngineTask) {
    const { length } = parameterLayout(task.model);
    this.#task = task;
    this.#parameters = new Float64Array(length);
    this.#gradient = new Float64Array(length);
    this.#layers = referenceLayers(task.model, this.#parameters, this.#gradient);
  }

  setParameters(parameters: Float32Array): void {
    assert(!this.#disposed, "the engine was disposed");
    assertVectorLength(parameters, this.#parameters.length, "parameters");
    this.#parameters.set(parameters);
    this.#hasParameters = true;
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    assertVectorLength(gradientSum, this.#gradient.length, "gradient");
    const { outcome, gradient } = this.computePreciseGradient(batch);
    gradientSum.set(gradient);
    return outcome;
  }

  async evaluate(batch: Batch): Promise<BatchOutcome> {
    return this.#overSamples(batch, () => {});
  }

  /** The gradient is valid until the next call. */
  computePreciseGradient(batch: Batch): { outcome: BatchOutcome; gradient: Float64Array } {
    this.#gradient.fill(0);
    const outcome = this.#overSamples(batch, (activations, label) => this.#backward(activations, label));
    return { outcome, gradient: this.#gradient };
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** Runs each sample forward, sums the outcomes, and hands on the sample's activations. */
  #overSamples(batch: Batch, visit: (activations: Float64Array[], label: number) => void): BatchOutcome {
    assert(!this.#disposed, "the engine was disposed");
    assert(this.#hasParameters, "the engine was given no parameters yet");
    assertBatch(this.#task.model, batch);
    const pixelCount = elementCount(this.#task.model.inputShape);
    let lossSum = 0;
    let correctCount = 0;
    for (let sample = 0; sample < batch.count; sample++) {
      const pixels = batch.pixels.subarray(sample * pixelCount, (sample + 1) * pixelCount);
      const label = at(batch.labels, sample);
      const activations = this.#forward(pixels);
      const logits = activations.at(-1) as Float64Array;
      lossSum += softmaxCrossEntropy(logits, label);
      if (indexOfLargest(logits) === label) correctCount++;
      visit(activations, label);
    }
    return { lossSum, correctCount };
  }

  /** The network's input followed by the output of each layer. */
  #forward(pixels: Uint8Array): Float64Array[] {
    const input = new Float64Array(pixels.length);
    normalizePixels(this.#task.preprocessing, pixels, input);
    const activations: Float64Array[] = [input];
    for (const layer of this.#layers) activations.push(layer.forward(activations.at(-1) as Float64Array));
    return activations;
  }

  /** The chain rule: from the loss back through the layers, each of which adds to its part of the gradient. */
  #backward(activations: Float64Array[], label: number): void {
    let outputGradient: Float64Array = softmaxCrossEntropyGradient(activations.at(-1) as Float64Array, label);
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index] as ReferenceLayer;
      outputGradient = layer.backward(activations[index] as Float64Array, outputGradient);
    }
  }
}
