/**
 * What became of each sample of an evaluation lease, as bytes, column by column and everything little-endian: the losses
 * as 32-bit floats, the confidences as 32-bit floats, the classes as 16-bit whole numbers.
 */
import type { RefusalReason } from "./refusal.ts";

/** Each in the order of the lease's samples. */
export interface Predictions {
  /** The class that the network names. */
  readonly classes: Uint16Array;
  /** What softmax gives that class, 0 … 1. */
  readonly confidences: Float32Array;
  /** Softmax cross-entropy with the label, in nats. */
  readonly losses: Float32Array;
}

/** Of one sample. */
export const PREDICTION_BYTES = 10;

export type ParsedPredictions =
  | { readonly ok: true; readonly predictions: Predictions }
  | { readonly ok: false; readonly reason: RefusalReason; readonly sentence: string };

export function encodePredictions({ classes, confidences, losses }: Predictions): Uint8Array {
  const count = classes.length;
  const columns = columnsOf(new ArrayBuffer(PREDICTION_BYTES * count), count);
  columns.losses.set(losses);
  columns.confidences.set(confidences);
  columns.classes.set(classes);
  return new Uint8Array(columns.classes.buffer);
}

/** Reads what a lease of so many samples must give, with a network of so many classes. Names what is wrong with any other. */
export function readPredictions(bytes: Uint8Array, sampleCount: number, classCount: number): ParsedPredictions {
  const length = PREDICTION_BYTES * sampleCount;
  if (bytes.length !== length) {
    return refuse(
      "wrong-length",
      `The predictions have ${bytes.length} bytes; ${length} are expected for ${sampleCount} samples.`,
    );
  }
  // Sockets hand out buffers at any offset; a view of floats needs a multiple of 4.
  const predictions = columnsOf(new Uint8Array(bytes).buffer, sampleCount);
  for (let sample = 0; sample < sampleCount; sample++) {
    const fault = faultIn(predictions, sample, classCount);
    if (fault !== null) return fault;
  }
  return { ok: true, predictions };
}

function faultIn({ classes, confidences, losses }: Predictions, sample: number, classCount: number) {
  const [named, confidence, loss] = [classes[sample], confidences[sample], losses[sample]] as [number, number, number];
  const place = `Of the lease's sample ${sample + 1}`;
  if (!Number.isFinite(loss) || !Number.isFinite(confidence))
    return refuse("not-finite", `${place} the loss or the confidence is not a number.`);
  if (loss < 0) return refuse("malformed", `${place} the loss is ${loss}; no cross-entropy is below zero.`);
  if (confidence < 0 || confidence > 1)
    return refuse("malformed", `${place} the confidence is ${confidence}; it must be from 0 to 1.`);
  if (named >= classCount)
    return refuse("malformed", `${place} class ${named} is named; there are ${classCount}, counted from 0.`);
  return null;
}

function columnsOf(buffer: ArrayBuffer, count: number): Predictions {
  return {
    losses: new Float32Array(buffer, 0, count),
    confidences: new Float32Array(buffer, 4 * count, count),
    classes: new Uint16Array(buffer, 8 * count, count),
  };
}

function refuse(reason: RefusalReason, sentence: string) {
  return { ok: false, reason, sentence } as const;
}
