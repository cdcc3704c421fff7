/**
 * The parameters as PyTorch has them. Names are those of the classes that people load them into (docs/model-files.md
 * has the table); filters are out × in × height × width, dense weights out × in, and an image is flattened channel by
 * channel.
 */
import {
  type ImageShape,
  type ModelSpecification,
  modelShapes,
  type ParameterEntry,
  parameterLayout,
  type Shape,
} from "@convoy/models";

export interface PytorchTensor {
  /** "conv1.weight", "features.0.bias" … */
  readonly name: string;
  readonly shape: readonly number[];
  /** Where its elements lie in the flat vector, positions × inputs × outputs. */
  readonly entry: ParameterEntry;
  readonly outputs: number;
  readonly inputs: number;
  /** Of a filter's window, or of the image that the first dense layer sees: height × width. */
  readonly positions: number;
}

/** In the order of the flat vector, which is that of PyTorch's `state_dict`. */
export function pytorchTensors(model: ModelSpecification): PytorchTensor[] {
  const { entries } = parameterLayout(model);
  const modules = moduleNames(model);
  return entries.map((entry) => {
    const module = modules.get(entry.layer) as string;
    const outputs = entry.shape.at(-1) as number;
    if (entry.role === "bias") {
      return { name: `${module}.bias`, shape: entry.shape, entry, outputs, inputs: 1, positions: 1 };
    }
    const name = `${module}.weight`;
    if (entry.shape.length === 4) {
      const [height, width, inputs] = entry.shape as [number, number, number, number];
      return { name, shape: [outputs, inputs, height, width], entry, outputs, inputs, positions: height * width };
    }
    const [height, width, inputs] = flattenedImage(model, entry.layer);
    const shape = [outputs, height * width * inputs];
    return { name, shape, entry, outputs, inputs, positions: height * width };
  });
}

/** The name of each layer with parameters, by its index. */
export function moduleNames({ name, layers }: ModelSpecification): Map<number, string> {
  // torchvision's AlexNet is two sequences, and its kin here are named like it.
  const isSequences = name.startsWith("alexnet");
  const flatten = layers.findIndex(({ type }) => type === "flatten");
  const names = new Map<number, string>();
  const counts = { convolution: 0, dense: 0 };
  layers.forEach(({ type }, index) => {
    if (type !== "convolution" && type !== "dense") return;
    counts[type]++;
    const numbered = `${type === "convolution" ? "conv" : "fc"}${counts[type]}`;
    const inSequence = index < flatten ? `features.${index}` : `classifier.${index - flatten - 1}`;
    names.set(index, isSequences ? inSequence : numbered);
  });
  return names;
}

/** The image whose elements a dense layer sees; 1 × 1 × inputs where it sees no image. */
function flattenedImage(model: ModelSpecification, layer: number): ImageShape {
  const shapes = modelShapes(model);
  for (let index = layer - 1; index >= 0; index--) {
    const { type } = model.layers[index] as ModelSpecification["layers"][number];
    if (type === "dense") break;
    const input: Shape = index === 0 ? model.inputShape : (shapes[index - 1] as Shape);
    if (input.length === 3) return input;
  }
  return [1, 1, (shapes[layer - 1] as Shape)[0]];
}
