/** From the bytes of a dataset's picture to the network's input, as data. */
import * as z from "zod";
import type { ImageShape } from "./layer.ts";
import { formatShape, ShapeError } from "./shape.ts";

const perChannel = z.array(z.number()).min(1).max(16).readonly();
const pixels = z.int().min(1).max(1024);

/**
 * In this order: zeros around the picture, bilinear resizing (half-pixel centres, no antialiasing), a crop, a
 * reflection, and `(x / 255 − mean) / deviation`, channel by channel. Bytes are not rounded to in between.
 */
export const preprocessingSchema = z.strictObject({
  mean: perChannel,
  deviation: perChannel,
  /** The dataset's pictures, where they are not as large as the network's input. */
  imageShape: z.tuple([pixels, pixels, pixels]).readonly().optional(),
  /** Black pixels on every side. */
  pad: z.int().min(1).max(64).optional(),
  resize: z.strictObject({ height: pixels, width: pixels }).optional(),
  /** Where the crop lies in training; in evaluation it is the centre. */
  crop: z.strictObject({ height: pixels, width: pixels, place: z.enum(["center", "random"]) }).optional(),
  /** Left and right exchanged for half of the samples of each epoch, in training. */
  flip: z.literal("random").optional(),
});
export type Preprocessing = z.infer<typeof preprocessingSchema>;

/** Shape of the picture as it comes from the dataset, for a network with that input. */
export function imageShapeFor(preprocessing: Preprocessing, inputShape: ImageShape): ImageShape {
  return preprocessing.imageShape ?? inputShape;
}

/** Shape after padding and resizing: what a crop is cut from. */
export function resizedShape(preprocessing: Preprocessing, imageShape: ImageShape): ImageShape {
  const { pad = 0, resize } = preprocessing;
  const [height, width, channels] = imageShape;
  return [resize?.height ?? height + 2 * pad, resize?.width ?? width + 2 * pad, channels];
}

/** Whether a training sample's picture depends on random numbers. */
export function isRandom({ crop, flip }: Preprocessing): boolean {
  return crop?.place === "random" || flip === "random";
}

/** Throws a ShapeError where the preprocessed picture is not what the network takes. */
export function checkPreprocessing(preprocessing: Preprocessing, inputShape: ImageShape): void {
  const [height, width, channels] = resizedShape(preprocessing, imageShapeFor(preprocessing, inputShape));
  const { crop } = preprocessing;
  if (crop !== undefined && (crop.height > height || crop.width > width)) {
    throw new ShapeError(`a crop of ${crop.height}×${crop.width} is larger than the picture of ${height}×${width}.`);
  }
  const shape: ImageShape = [crop?.height ?? height, crop?.width ?? width, channels];
  if (shape.some((size, axis) => size !== inputShape[axis])) {
    throw new ShapeError(
      `the preprocessed picture is ${formatShape(shape)}, but the network takes ${formatShape(inputShape)}.`,
    );
  }
}
