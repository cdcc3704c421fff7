/**
 * The slow obvious engine: plain loops, one sample after the other, in double precision. It is what every other
 * engine is measured against, so nothing here is clever. Only what leaves it is rounded to 32 bits.
 */
import { assert } from "@convoy/foundation";
import { elementCount, parameterLayout } from "@convoy/models";
import { assertBatch, assertTrainingBatch, assertVectorLength } from "../check-batch.ts";
import type { Batch, BatchOutcome, Engine, EngineFactory, EngineTask, Evaluation } from "../engine.ts";
import { evaluationOf } from "../predictions.ts";
import { preprocessBatch } from "../preprocess.ts";
import { dropoutSequence } from "../sample-draws.ts";
import { indexOfLargest, softmaxCrossEntropy, softmaxCrossEntropyGradient } from "../softmax-cross-entropy.ts";
import { at } from "./elements.ts";
import type { ReferenceLayer, SampleDraw } from "./reference-layer.ts";
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

  async evaluate(batch: Batch): Promise<Evaluation> {
    return this.evaluateNow(batch);
  }

  /** As `evaluate`, at once. */
  evaluateNow(batch: Batch): Evaluation {
    this.#assertReady();
    assertBatch(this.#task, batch);
    const { classCount } = this.#task.model;
    const logits = new Float64Array(batch.count * classCount);
    this.#overSamples(batch, false, ({ activations, sample }) =>
      logits.set(activations.at(-1) as Float64Array, sample * classCount),
    );
    return evaluationOf(logits, batch.labels, classCount);
  }

  /** count × classes, as in evaluation. */
  computeLogits(batch: Batch): Float64Array {
    this.#assertReady();
    assertBatch(this.#task, batch);
    const logits: number[] = [];
    this.#overSamples(batch, false, ({ activations }) => logits.push(...(activations.at(-1) as Float64Array)));
    return Float64Array.from(logits);
  }

  /** The gradient is valid until the next call. */
  computePreciseGradient(batch: Batch): { outcome: BatchOutcome; gradient: Float64Array } {
    this.#assertReady();
    assertTrainingBatch(this.#task, batch);
    this.#gradient.fill(0);
    const outcome = this.#overSamples(batch, true, (pass) => this.#backward(pass));
    return { outcome, gradient: this.#gradient };
  }

  dispose(): void {
    this.#disposed = true;
  }

  #assertReady(): void {
    assert(!this.#disposed, "the engine was disposed");
    assert(this.#hasParameters, "the engine was given no parameters yet");
  }

  /** Runs each sample forward, sums the outcomes, and hands on what happened. */
  #overSamples(batch: Batch, training: boolean, visit: (pass: ForwardPass) => void): BatchOutcome {
    const { model } = this.#task;
    const inputs = new Float64Array(batch.count * elementCount(model.inputShape));
    preprocessBatch(this.#task, batch, training, inputs);
    let lossSum = 0;
    let correctCount = 0;
    for (let sample = 0; sample < batch.count; sample++) {
      const length = inputs.length / batch.count;
      const input = inputs.subarray(sample * length, (sample + 1) * length);
      const draw = training ? (layer: number) => dropoutSequence(batch, sample, layer) : null;
      const label = at(batch.labels, sample);
      const activations = this.#forward(input, draw);
      const logits = activations.at(-1) as Float64Array;
      lossSum += softmaxCrossEntropy(logits, label);
      if (indexOfLargest(logits) === label) correctCount++;
      visit({ sample, activations, draw, label });
    }
    return { lossSum, correctCount };
  }

  /** The network's input followed by the output of each layer. */
  #forward(input: Float64Array, draw: SampleDraw | null): Float64Array[] {
    const activations: Float64Array[] = [input];
    for (const layer of this.#layers) activations.push(layer.forward(activations.at(-1) as Float64Array, draw));
    return activations;
  }

  /** The chain rule: from the loss back through the layers, each of which adds to its part of the gradient. */
  #backward({ activations, draw, label }: ForwardPass): void {
    let outputGradient: Float64Array = softmaxCrossEntropyGradient(activations.at(-1) as Float64Array, label);
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index] as ReferenceLayer;
      outputGradient = layer.backward(activations[index] as Float64Array, outputGradient, draw);
    }
  }
}

/** What one sample left behind on its way through the network. */
interface ForwardPass {
  /** Its place in the batch. */
  readonly sample: number;
  readonly activations: readonly Float64Array[];
  readonly draw: SampleDraw | null;
  readonly label: number;
}
