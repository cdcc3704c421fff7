/** Layers as data. A layer says what it computes; how is the business of an engine. */
import { z } from "zod";

const size = z.int().min(1).max(4096);

/** Zeros around the image: none ("valid"), TensorFlow's "same" (output ⌈W/S⌉, the odd pixel at the end), or a count on every side. */
const paddingSchema = z.union([z.literal("valid"), z.literal("same"), z.int().min(0).max(64)]);
export type Padding = z.infer<typeof paddingSchema>;

export const layerSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("convolution"),
    channels: size,
    window: size,
    stride: size,
    padding: paddingSchema,
  }),
  z.strictObject({ type: z.literal("max-pool"), window: size, stride: size, padding: paddingSchema }),
  z.strictObject({ type: z.literal("relu") }),
  z.strictObject({ type: z.literal("flatten") }),
  z.strictObject({ type: z.literal("dense"), units: z.int().min(1).max(65_536) }),
]);
export type Layer = z.infer<typeof layerSchema>;
export type LayerType = Layer["type"];
export type ConvolutionLayer = Extract<Layer, { type: "convolution" }>;
export type MaxPoolLayer = Extract<Layer, { type: "max-pool" }>;
export type DenseLayer = Extract<Layer, { type: "dense" }>;

/** Height × width × channels of an image, or the length of a vector. The batch dimension is never part of a shape. */
export type Shape = readonly [height: number, width: number, channels: number] | readonly [length: number];

export function describeLayer(layer: Layer): string {
  switch (layer.type) {
    case "convolution":
      return `convolution ${layer.window}×${layer.window}×${layer.channels} stride ${layer.stride} padding ${layer.padding}`;
    case "max-pool":
      return `max-pool ${layer.window}×${layer.window} stride ${layer.stride} padding ${layer.padding}`;
    case "dense":
      return `dense ${layer.units}`;
    case "relu":
    case "flatten":
      return layer.type;
  }
}
