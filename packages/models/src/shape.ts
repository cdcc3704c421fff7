import { describeLayer, type ImageShape, type Layer, type Padding, type Shape } from "./layer.ts";

/** A model whose layers do not fit together. The message names the layer, its place and the shape it was given. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Zero pixels before and after one axis of an image. */
export interface AxisPadding {
  readonly before: number;
  readonly after: number;
}

/** The padding of one axis in pixels. "same" puts the odd pixel at the end, as TensorFlow does. */
export function axisPadding(inputSize: number, window: number, stride: number, padding: Padding): AxisPadding {
  if (padding === "valid") return { before: 0, after: 0 };
  if (padding !== "same") return { before: padding, after: padding };
  const outputSize = Math.ceil(inputSize / stride);
  const total = Math.max(0, (outputSize - 1) * stride + window - inputSize);
  return { before: Math.floor(total / 2), after: Math.ceil(total / 2) };
}

/**
 * How many places a window takes along one axis: O = ⌊(W − F + 2P) / S⌋ + 1, where 2P is all padding of the axis.
 * Zero or less means that the window does not fit.
 */
export function outputSize(inputSize: number, window: number, stride: number, padding: Padding): number {
  const { before, after } = axisPadding(inputSize, window, stride, padding);
  return Math.floor((inputSize - window + before + after) / stride) + 1;
}

/** The shape of each layer's output, in order. Throws a ShapeError at the first layer that cannot take its input. */
export function outputShapes(inputShape: Shape, layers: readonly Layer[]): Shape[] {
  const shapes: Shape[] = [];
  let shape = inputShape;
  layers.forEach((layer, index) => {
    shape = outputShape(shape, layer, index);
    shapes.push(shape);
  });
  return shapes;
}

function outputShape(input: Shape, layer: Layer, index: number): Shape {
  switch (layer.type) {
    case "relu":
    case "sigmoid":
    case "tanh":
    case "dropout":
      return input;
    case "local-response-normalization":
      return imageShape(input, layer, index);
    case "adaptive-average-pool": {
      const [height, width, channels] = imageShape(input, layer, index);
      if (layer.height > height || layer.width > width) {
        throw shapeError(layer, index, input, "asks for more windows than there are pixels");
      }
      return [layer.height, layer.width, channels];
    }
    case "flatten":
      return [elementCount(input)];
    case "dense":
      if (input.length === 3) throw shapeError(layer, index, input, "needs a vector; put a flatten layer before it");
      return [layer.units];
    case "convolution":
    case "max-pool":
    case "min-pool":
    case "average-pool":
      return windowedShape(input, layer, index);
  }
}

function windowedShape(input: Shape, layer: Extract<Layer, { window: number }>, index: number): Shape {
  const [height, width, channels] = imageShape(input, layer, index);
  if (layer.type !== "convolution" && typeof layer.padding === "number" && layer.padding > layer.window / 2) {
    throw shapeError(layer, index, input, "has windows that lie in the padding alone; pad at most half a window");
  }
  const outputHeight = outputSize(height, layer.window, layer.stride, layer.padding);
  const outputWidth = outputSize(width, layer.window, layer.stride, layer.padding);
  if (outputHeight < 1 || outputWidth < 1) {
    throw shapeError(
      layer,
      index,
      input,
      `has a window that does not fit: the output would be ${outputHeight}×${outputWidth}`,
    );
  }
  return [outputHeight, outputWidth, layer.type === "convolution" ? layer.channels : channels];
}

function imageShape(input: Shape, layer: Layer, index: number): ImageShape {
  if (input.length === 1) throw shapeError(layer, index, input, "needs an image (height × width × channels)");
  return input;
}

function shapeError(layer: Layer, index: number, input: Shape, problem: string): ShapeError {
  return new ShapeError(`layer ${index + 1} (${describeLayer(layer)}), given ${formatShape(input)}, ${problem}.`);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function formatShape(shape: readonly number[]): string {
  return shape.join("×");
}
