/** From bytes to the network's input, on the processor: the specification of what engines do on their devices. */
import { assert } from "@convoy/foundation";
import { elementCount, type ImageShape, imageShapeFor, type Preprocessing, resizedShape } from "@convoy/models";
import type { Batch, EngineTask } from "./engine.ts";
import { type Placement, placementOf } from "./sample-draws.ts";

/**
 * The input of a whole batch, count × height × width × channels: each value computed in double precision and rounded
 * once. `training` says whether crops and reflections are drawn.
 */
export function preprocessBatch(
  task: EngineTask,
  batch: Batch,
  training: boolean,
  target: Float32Array | Float64Array,
): void {
  const { preprocessing, model } = task;
  const imageShape = imageShapeFor(preprocessing, model.inputShape);
  const imageSize = elementCount(imageShape);
  const inputSize = elementCount(model.inputShape);
  assert(target.length === batch.count * inputSize, "the target is as long as the batch's input");
  if (isPlain(preprocessing)) {
    normalize(preprocessing, batch.pixels, target);
    return;
  }
  for (let i = 0; i < batch.count; i++) {
    preprocessImage(
      task,
      batch.pixels.subarray(i * imageSize, (i + 1) * imageSize),
      placementOf(task, training ? batch : null, i),
      target.subarray(i * inputSize, (i + 1) * inputSize),
    );
  }
}

/** Whether every pixel stays where it is. */
function isPlain({ pad, resize, crop, flip }: Preprocessing): boolean {
  return pad === undefined && resize === undefined && crop === undefined && flip === undefined;
}

function normalize({ mean, deviation }: Preprocessing, pixels: Uint8Array, target: Float32Array | Float64Array): void {
  const channels = mean.length;
  for (let i = 0; i < pixels.length; i++) {
    const channel = i % channels;
    target[i] = ((pixels[i] as number) / 255 - (mean[channel] as number)) / (deviation[channel] as number);
  }
}

function preprocessImage(
  { preprocessing, model }: EngineTask,
  pixels: Uint8Array,
  { top, left, flipped }: Placement,
  target: Float32Array | Float64Array,
): void {
  const { mean, deviation, pad = 0 } = preprocessing;
  const [height, width, channels] = model.inputShape;
  const imageShape = imageShapeFor(preprocessing, model.inputShape);
  const resized = resizedShape(preprocessing, imageShape);
  const rows = resamplingTaps(imageShape[0] + 2 * pad, resized[0]);
  const columns = resamplingTaps(imageShape[1] + 2 * pad, resized[1]);
  for (let row = 0; row < height; row++) {
    const y = rows[top + row] as Tap;
    for (let column = 0; column < width; column++) {
      const x = columns[left + (flipped ? width - 1 - column : column)] as Tap;
      for (let channel = 0; channel < channels; channel++) {
        const at = (atRow: number, atColumn: number) =>
          paddedPixel(imageShape, pixels, atRow - pad, atColumn - pad, channel);
        const before = mix(at(y.before, x.before), at(y.before, x.after), x.share);
        const after = mix(at(y.after, x.before), at(y.after, x.after), x.share);
        target[(row * width + column) * channels + channel] =
          (mix(before, after, y.share) / 255 - (mean[channel] as number)) / (deviation[channel] as number);
      }
    }
  }
}

function mix(before: number, after: number, share: number): number {
  return before + (after - before) * share;
}

function paddedPixel(
  [height, width, channels]: ImageShape,
  pixels: Uint8Array,
  row: number,
  column: number,
  channel: number,
): number {
  if (row < 0 || row >= height || column < 0 || column >= width) return 0;
  return pixels[(row * width + column) * channels + channel] as number;
}

/** Two neighbours along one axis, and how much of the second there is in the result. */
export interface Tap {
  readonly before: number;
  readonly after: number;
  readonly share: number;
}

/**
 * Bilinear resampling of one axis with half-pixel centres (`align_corners=False`): output i lies at
 * (i + ½) · from / to − ½ of the input, but never outside it.
 */
export function resamplingTaps(from: number, to: number): Tap[] {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const before = Math.floor(position);
    return { before, after: Math.min(before + 1, from - 1), share: position - before };
  });
}
