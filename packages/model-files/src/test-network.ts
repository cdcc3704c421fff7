/** A network with parameters and pictures, and the logits that the reference engine has for them. */
import { type Batch, preprocessBatch, ReferenceEngine } from "@convoy/engine";
import { RandomSequence } from "@convoy/foundation";
import {
  elementCount,
  imageShapeFor,
  type Layer,
  type ModelSpecification,
  type Preprocessing,
  parameterLayout,
  type Recipe,
  recipes,
} from "@convoy/models";

export interface TestNetwork {
  readonly task: { readonly model: ModelSpecification; readonly preprocessing: Preprocessing };
  readonly parameters: Float32Array;
  readonly count: number;
  /** Preprocessed, count × height × width × channels. */
  readonly inputs: Float32Array;
  /** count × classes. */
  readonly logits: Float64Array;
}

export function plainTask(model: ModelSpecification): TestNetwork["task"] {
  const channels = Array.from({ length: model.inputShape[2] }, (_, channel) => 0.4 + 0.1 * channel);
  return { model, preprocessing: { mean: channels, deviation: channels } };
}

/** Our recipes, to be computed in milliseconds: of the large networks, layers of the same names that are a sixteenth as wide. */
export const quickRecipes: readonly Recipe[] = recipes.map((recipe) =>
  recipe.model.name.startsWith("alexnet")
    ? { ...recipe, model: { ...recipe.model, layers: recipe.model.layers.map(narrower) } }
    : recipe,
);

function narrower(layer: Layer, index: number, layers: readonly Layer[]): Layer {
  if (layer.type === "convolution") return { ...layer, channels: layer.channels / 16 };
  return layer.type === "dense" && index < layers.length - 1 ? { ...layer, units: layer.units / 16 } : layer;
}

/** Parameters of variance 1/fan-in, so that logits are about as large as the input. */
export function testNetwork(task: TestNetwork["task"], count = 3): TestNetwork {
  const { model, preprocessing } = task;
  const layout = parameterLayout(model);
  const random = new RandomSequence(7, "test");
  const parameters = new Float32Array(layout.length);
  for (const { offset, length, fanIn } of layout.entries) {
    const bound = Math.sqrt(3 / fanIn);
    for (let i = offset; i < offset + length; i++) parameters[i] = random.between(-bound, bound);
  }
  const pixelCount = count * elementCount(imageShapeFor(preprocessing, model.inputShape));
  const pixels = Uint8Array.from({ length: pixelCount }, () => random.below(256));
  const batch: Batch = { count, pixels, labels: new Uint8Array(count) };
  const inputs = new Float64Array(count * elementCount(model.inputShape));
  preprocessBatch(task, batch, false, inputs);
  const engine = new ReferenceEngine(task);
  engine.setParameters(parameters);
  return { task, parameters, count, inputs: Float32Array.from(inputs), logits: engine.computeLogits(batch) };
}

/** The inputs with their channels first, as PyTorch and ONNX take them. */
export function channelsFirst({ task, inputs, count }: TestNetwork): Float32Array {
  const [height, width, channels] = task.model.inputShape;
  const size = height * width * channels;
  return Float32Array.from({ length: count * size }, (_, i) => {
    const channel = Math.floor((i % size) / (height * width));
    const pixel = i % (height * width);
    return inputs[Math.floor(i / size) * size + pixel * channels + channel] as number;
  });
}

/** The largest difference between logits. */
export function largestDifference(actual: ArrayLike<number>, expected: Float64Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (actual[i] as number))), 0);
}
