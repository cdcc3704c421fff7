/** Layers as data. A layer says what it computes; how is the business of an engine. */
import * as z from "zod";

const size = z.int().min(1).max(4096);

/** Zeros around the image: none ("valid"), TensorFlow's "same" (output ⌈W/S⌉, the odd pixel at the end), or a count on every side. */
const paddingSchema = z.union([z.literal("valid"), z.literal("same"), z.int().min(0).max(64)], {
  error: 'must be "valid", "same" or a whole number from 0 to 64',
});
export type Padding = z.infer<typeof paddingSchema>;

const pooling = { window: size, stride: size, padding: paddingSchema };

export const layerSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("convolution"),
    channels: size,
    window: size,
    stride: size,
    padding: paddingSchema,
  }),
  z.strictObject({ type: z.literal("max-pool"), ...pooling }),
  z.strictObject({ type: z.literal("min-pool"), ...pooling }),
  z.strictObject({
    type: z.literal("average-pool"),
    ...pooling,
    /** Whether the zeros of the padding are counted: PyTorch's default is true, TensorFlow's only way is false. */
    countPadding: z.boolean(),
  }),
  /** Mean over as many windows as are asked for: from row ⌊i·H/h⌋ to ⌈(i + 1)·H/h⌉, as PyTorch cuts them. */
  z.strictObject({ type: z.literal("adaptive-average-pool"), height: size, width: size }),
  z.strictObject({ type: z.literal("relu") }),
  z.strictObject({ type: z.literal("sigmoid") }),
  z.strictObject({ type: z.literal("tanh") }),
  /**
   * Across channels: y = x · (bias + alpha · Σ x²)^−beta, the sum over `size` channels around, fewer at the ends
   * (Krizhevsky et al., 2012, §3.3: alpha is not divided by the size, as PyTorch does).
   */
  z.strictObject({
    type: z.literal("local-response-normalization"),
    size: z
      .int()
      .min(1)
      .max(255)
      .refine((value) => value % 2 === 1, "must be odd"),
    bias: z.number().positive(),
    alpha: z.number().min(0),
    beta: z.number().min(0).max(16),
  }),
  /** While training, each element is zero with this probability and otherwise 1 / (1 − rate) times as large. */
  z.strictObject({ type: z.literal("dropout"), rate: z.number().min(0).lt(1) }),
  z.strictObject({ type: z.literal("flatten") }),
  z.strictObject({ type: z.literal("dense"), units: z.int().min(1).max(65_536) }),
]);
export type Layer = z.infer<typeof layerSchema>;
export type LayerType = Layer["type"];
export type ConvolutionLayer = Extract<Layer, { type: "convolution" }>;
/** A pooling whose windows are of one size. */
export type WindowPoolLayer = Extract<Layer, { type: "max-pool" | "min-pool" | "average-pool" }>;
export type NormalizationLayer = Extract<Layer, { type: "local-response-normalization" }>;
export type DropoutLayer = Extract<Layer, { type: "dropout" }>;
export type DenseLayer = Extract<Layer, { type: "dense" }>;

/** Height × width × channels of an image, or the length of a vector. The batch dimension is never part of a shape. */
export type Shape = ImageShape | readonly [length: number];
export type ImageShape = readonly [height: number, width: number, channels: number];

export function describeLayer(layer: Layer): string {
  switch (layer.type) {
    case "convolution":
      return `convolution ${layer.window}×${layer.window}×${layer.channels} stride ${layer.stride} padding ${layer.padding}`;
    case "max-pool":
    case "min-pool":
      return `${layer.type} ${describeWindows(layer)}`;
    case "average-pool":
      return `average-pool ${describeWindows(layer)}${layer.countPadding ? ", zeros counted" : ""}`;
    case "adaptive-average-pool":
      return `adaptive-average-pool to ${layer.height}×${layer.width}`;
    case "local-response-normalization":
      return `local-response-normalization over ${layer.size}, bias ${layer.bias}, alpha ${layer.alpha}, beta ${layer.beta}`;
    case "dropout":
      return `dropout ${layer.rate}`;
    case "dense":
      return `dense ${layer.units}`;
    case "relu":
    case "sigmoid":
    case "tanh":
    case "flatten":
      return layer.type;
  }
}

function describeWindows({ window, stride, padding }: WindowPoolLayer): string {
  return `${window}×${window} stride ${stride} padding ${padding}`;
}
