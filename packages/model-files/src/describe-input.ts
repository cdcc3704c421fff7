import { formatShape, imageShapeFor, type ModelSpecification, type Preprocessing } from "@convoy/models";

/** What a picture goes through before it is a network's input, in words; `order` of its axes. */
export function describeInput(model: ModelSpecification, preprocessing: Preprocessing, order: string): string {
  const { pad, resize, crop, mean, deviation } = preprocessing;
  const [height, width, channels] = imageShapeFor(preprocessing, model.inputShape);
  const steps = [
    pad === undefined ? [] : [`${pad} zeros are put on every side`],
    resize === undefined ? [] : [`it is resized to ${resize.height}×${resize.width}, bilinear with half-pixel centres`],
    crop === undefined ? [] : [`its middle of ${crop.height}×${crop.width} is cut out`],
    [`each number becomes (number / 255 − mean) / deviation, of its channel`],
  ].flat();
  return (
    `float32, ${order}. A picture of ${formatShape([height, width, channels])} (height×width×channels), numbers 0 to 255: ` +
    `${steps.join("; ")}. Mean ${mean.join(", ")}; deviation ${deviation.join(", ")}.`
  );
}

export const OUTPUT_DESCRIPTION = "Logits, one for each class; softmax makes probabilities of them.";
