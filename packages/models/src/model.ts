import * as z from "zod";
import { layerSchema, type Shape } from "./layer.ts";
import { formatShape, outputShapes, ShapeError } from "./shape.ts";

const inputSize = z.int().min(1).max(1024);

/** A network: what goes in, its layers, how many classes come out. The last layer gives the logits. */
export const modelSchema = z.strictObject({
  name: z.string().min(1).max(80),
  inputShape: z.tuple([inputSize, inputSize, inputSize]).readonly(),
  layers: z.array(layerSchema).min(1).max(200).readonly(),
  classCount: z.int().min(2).max(10_000),
});
export type ModelSpecification = z.infer<typeof modelSchema>;

/** Output shape of every layer, after checking that the last gives one logit a class. */
export function modelShapes(model: ModelSpecification): Shape[] {
  const shapes = outputShapes(model.inputShape, model.layers);
  const last = shapes.at(-1) as Shape;
  if (last.length !== 1 || last[0] !== model.classCount) {
    throw new ShapeError(
      `${model.name} must end in one number for each of its ${model.classCount} classes, but its last layer gives ${formatShape(last)}.`,
    );
  }
  return shapes;
}
