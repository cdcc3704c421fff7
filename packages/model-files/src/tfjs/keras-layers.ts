/** Layers as Keras configures them, for `tf.loadLayersModel`: images are height × width × channels, as in Convoy. */
import {
  axisPadding,
  describeLayer,
  type ImageShape,
  type Layer,
  type ModelSpecification,
  modelShapes,
  outputSize,
  type Shape,
  type WindowPoolLayer,
} from "@convoy/models";
import { moduleNames } from "../pytorch-tensors.ts";

export interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
}

type Windowed = Extract<Layer, { window: number }>;

/** What a layer becomes, in order; or a clause that says why there is nothing for it. */
type Counterpart = readonly KerasLayer[] | string;

/** The layers in order, or one sentence that names a layer which Keras has nothing for. */
export function kerasLayers(model: ModelSpecification): KerasLayer[] | string {
  const shapes = modelShapes(model);
  const modules = moduleNames(model);
  const layers: KerasLayer[] = [];
  for (const [index, layer] of model.layers.entries()) {
    const input = index === 0 ? model.inputShape : (shapes[index - 1] as Shape);
    const name = modules.get(index)?.replace(".", "_") ?? `layer${index + 1}_${layer.type.replaceAll("-", "_")}`;
    const counterpart = counterpartOf(layer, name, input);
    if (typeof counterpart === "string") {
      return `Layer ${index + 1} (${describeLayer(layer)}) cannot be part of a TensorFlow.js LayersModel: ${counterpart}. ONNX and safetensors have it.`;
    }
    layers.push(...counterpart);
  }
  const [first, ...others] = layers as [KerasLayer, ...KerasLayer[]];
  return [{ ...first, config: { ...first.config, batch_input_shape: [null, ...model.inputShape] } }, ...others];
}

function counterpartOf(layer: Layer, name: string, input: Shape): Counterpart {
  switch (layer.type) {
    case "convolution": {
      const { channels, window, stride } = layer;
      const { zeros, padding } = convolutionPadding(layer, input as ImageShape, name);
      const config = {
        filters: channels,
        kernel_size: [window, window],
        strides: [stride, stride],
        padding,
        use_bias: true,
      };
      return [...zeros, kerasLayer("Conv2D", name, { ...config, activation: "linear" })];
    }
    case "max-pool":
      return pool("MaxPooling2D", layer, name, input as ImageShape);
    case "min-pool":
      return "Keras has no min-pooling";
    case "average-pool":
      return averagePool(layer, name, input as ImageShape);
    case "adaptive-average-pool":
      return adaptivePool(layer, name, input as ImageShape);
    case "relu":
    case "sigmoid":
    case "tanh":
      return [kerasLayer("Activation", name, { activation: layer.type })];
    case "local-response-normalization":
      return "Keras has no local response normalization";
    case "dropout":
      return [kerasLayer("Dropout", name, { rate: layer.rate })];
    case "flatten":
      return [kerasLayer("Flatten", name, {})];
    case "dense":
      return [kerasLayer("Dense", name, { units: layer.units, use_bias: true, activation: "linear" })];
  }
}

function averagePool(layer: Extract<Layer, { type: "average-pool" }>, name: string, input: ImageShape): Counterpart {
  if (!layer.countPadding) return pool("AveragePooling2D", layer, name, input);
  // With zeros of its own the image has no padding any more, so every one of them counts.
  const pads = padsOf(layer, input);
  const zeros = pads.flat().some((pixels) => pixels > 0) ? [zeroPadding(name, pads)] : [];
  return [...zeros, poolLayer("AveragePooling2D", name, [layer.window, layer.window], layer.stride, "valid")];
}

function pool(className: string, layer: WindowPoolLayer, name: string, input: ImageShape): Counterpart {
  const padding = namedPadding(layer, input);
  if (padding === null) return "Keras pools with no padding, or with its own, and not with this one";
  return [poolLayer(className, name, [layer.window, layer.window], layer.stride, padding)];
}

function adaptivePool(
  { height, width }: { height: number; width: number },
  name: string,
  input: ImageShape,
): Counterpart {
  const [inputHeight, inputWidth] = input;
  if (inputHeight % height > 0 || inputWidth % width > 0) {
    return `Keras has no adaptive pooling, and ${inputHeight}×${inputWidth} pixels cannot be cut into ${height}×${width} equal windows`;
  }
  const window = [inputHeight / height, inputWidth / width];
  return [kerasLayer("AveragePooling2D", name, { pool_size: window, strides: window, padding: "valid" })];
}

function convolutionPadding(layer: Windowed, input: ImageShape, name: string) {
  const padding = namedPadding(layer, input);
  if (padding !== null) return { zeros: [], padding };
  return { zeros: [zeroPadding(name, padsOf(layer, input))], padding: "valid" as const };
}

/** The name that Keras has for this padding of this image; null where it has none. */
function namedPadding(layer: Windowed, input: ImageShape): "valid" | "same" | null {
  const { window, stride, padding } = layer;
  if (padding === "valid" || padding === "same") return padding;
  if (padding === 0) return "valid";
  const [height, width] = input;
  const isSame = [height, width].every((size) => {
    const { before, after } = axisPadding(size, window, stride, "same");
    const sizes = [padding, "same" as const].map((each) => outputSize(size, window, stride, each));
    return before === padding && after === padding && sizes[0] === sizes[1];
  });
  return isSame ? "same" : null;
}

function padsOf({ window, stride, padding }: Windowed, [height, width]: ImageShape): [number, number][] {
  return [height, width].map((size) => {
    const { before, after } = axisPadding(size, window, stride, padding);
    return [before, after];
  });
}

function zeroPadding(name: string, pads: readonly (readonly [number, number])[]): KerasLayer {
  return kerasLayer("ZeroPadding2D", `${name}_padding`, { padding: pads });
}

function poolLayer(
  className: string,
  name: string,
  size: readonly number[],
  stride: number,
  padding: string,
): KerasLayer {
  return kerasLayer(className, name, { pool_size: size, strides: [stride, stride], padding });
}

function kerasLayer(className: string, name: string, config: Readonly<Record<string, unknown>>): KerasLayer {
  const images = className.endsWith("2D") || className === "Flatten" ? { data_format: "channels_last" } : {};
  return { class_name: className, config: { name, trainable: true, dtype: "float32", ...images, ...config } };
}
