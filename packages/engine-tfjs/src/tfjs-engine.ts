import {
  assertBatch,
  assertTrainingBatch,
  assertVectorLength,
  type Batch,
  type BatchOutcome,
  type Engine,
  EngineError,
  type EngineIdentity,
  type EngineTask,
  type Evaluation,
  evaluationOf,
  indexOfLargest,
  preprocessBatch,
  softmaxCrossEntropy,
} from "@convoy/engine";
import { AssertionError, assert } from "@convoy/foundation";
import { elementCount, type ParameterLayout, parameterLayout } from "@convoy/models";
import * as tf from "@tensorflow/tfjs-core";
import { forward } from "./forward.ts";
import type { TensorDevice, Transfer } from "./tensor-device.ts";

/**
 * An engine on TensorFlow.js. Each call builds the network's graph anew, runs it, and starts the one transfer back
 * before it first waits; so several engines, and several calls of one, may be under way at once.
 *
 * Only logits and gradients leave the device. Loss and correct count are computed here from the logits, in double
 * precision.
 */
export class TfjsEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly #task: EngineTask;
  readonly #device: TensorDevice;
  readonly #layout: ParameterLayout;
  #parameters: readonly tf.Tensor[];
  #hasParameters = false;
  #disposed = false;

  constructor(task: EngineTask, device: TensorDevice) {
    this.identity = device.identity;
    this.#task = task;
    this.#device = device;
    this.#layout = parameterLayout(task.model);
    device.activate();
    this.#parameters = this.#layout.entries.map(({ shape }) => tf.zeros([...shape]));
  }

  setParameters(parameters: Float32Array): void {
    assert(!this.#disposed, "the engine was disposed");
    assertVectorLength(parameters, this.#layout.length, "parameters");
    this.#device.activate();
    this.#parameters = this.#layout.entries.map(({ offset, length }, index) =>
      this.#device.write(this.#parameters[index] as tf.Tensor, parameters.subarray(offset, offset + length)),
    );
    this.#hasParameters = true;
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    this.#assertReady();
    assertTrainingBatch(this.#task, batch);
    assertVectorLength(gradientSum, this.#layout.length, "gradient");
    const logits = await this.#run(batch, () => {
      const { value, grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) =>
        this.#logitsWithLossGradient(batch, parameters),
      )([...this.#parameters]);
      const gradients = this.#layout.entries.map(({ offset, length }, index) => ({
        tensor: grads[index] as tf.Tensor,
        target: gradientSum.subarray(offset, offset + length),
      }));
      return { logits: value, gradients };
    });
    return summarize(logits, batch.labels, this.#task.model.classCount);
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    this.#assertReady();
    assertBatch(this.#task, batch);
    const compute = () => ({ logits: this.#logits(batch, this.#parameters, false), gradients: [] });
    return evaluationOf(await this.#run(batch, compute), batch.labels, this.#task.model.classCount);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    tf.dispose([...this.#parameters]);
  }

  #assertReady(): void {
    assert(!this.#disposed, "the engine was disposed");
    assert(this.#hasParameters, "the engine was given no parameters yet");
  }

  /** Runs the operations, fetches what they give, and frees everything they made. Resolves to the logits. */
  async #run(
    batch: Batch,
    compute: () => { logits: tf.Tensor; gradients: readonly Transfer[] },
  ): Promise<Float32Array> {
    try {
      this.#device.activate();
      const logits = new Float32Array(batch.count * this.#task.model.classCount);
      let reading = Promise.resolve();
      tf.tidy(() => {
        const computed = compute();
        reading = this.#device.read([...computed.gradients, { tensor: computed.logits, target: logits }]);
      });
      await reading;
      return logits;
    } catch (error) {
      if (error instanceof EngineError || error instanceof AssertionError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new EngineError(`The engine ${this.identity.name} failed: ${message}`);
    }
  }

  #logits(batch: Batch, parameters: readonly tf.Tensor[], training: boolean): tf.Tensor2D {
    const { model } = this.#task;
    const images = new Float32Array(batch.count * elementCount(model.inputShape));
    preprocessBatch(this.#task, batch, training, images);
    const input = tf.tensor4d(images, [batch.count, ...model.inputShape]);
    return forward(model, input, parameters, training ? batch : null);
  }

  /**
   * The logits, posing as the loss: what flows back into them is the gradient of the summed softmax cross-entropy,
   * softmax(logits) − onehot(labels), whatever is made of them afterwards. So the loss itself need not be computed,
   * nor read, on the device.
   */
  #logitsWithLossGradient(batch: Batch, parameters: readonly tf.Tensor[]): tf.Tensor2D {
    const withLossGradient = tf.customGrad((...args: unknown[]) => {
      const [logits, save] = args as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
      save([logits, oneHot(batch.labels, this.#task.model.classCount)]);
      return {
        value: tf.clone(logits),
        gradFunc: (_: tf.Tensor, saved: tf.Tensor[]) => {
          const [logits, targets] = saved as [tf.Tensor2D, tf.Tensor2D];
          return tf.sub(tf.softmax(logits), targets);
        },
      };
    });
    return withLossGradient(this.#logits(batch, parameters, true)) as tf.Tensor2D;
  }
}

/** Made here, because tf.oneHot on wasm writes whole numbers into a tensor of floats. */
function oneHot(labels: Uint8Array, classCount: number): tf.Tensor2D {
  const values = new Float32Array(labels.length * classCount);
  labels.forEach((label, sample) => {
    values[sample * classCount + label] = 1;
  });
  return tf.tensor2d(values, [labels.length, classCount]);
}

function summarize(logits: Float32Array, labels: Uint8Array, classCount: number): BatchOutcome {
  let lossSum = 0;
  let correctCount = 0;
  labels.forEach((label, sample) => {
    const row = logits.subarray(sample * classCount, (sample + 1) * classCount);
    lossSum += softmaxCrossEntropy(row, label);
    if (indexOfLargest(row) === label) correctCount++;
  });
  return { lossSum, correctCount };
}
