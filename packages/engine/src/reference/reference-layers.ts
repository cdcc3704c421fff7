import { assert } from "@convoy/foundation";
import {
  type ImageShape,
  type Layer,
  type ModelSpecification,
  modelShapes,
  parameterLayout,
  type Shape,
} from "@convoy/models";
import { windowGeometry } from "../window-geometry.ts";
import { relu, sigmoid, tanh } from "./activation.ts";
import { adaptiveAveragePool, averagePool } from "./average-pool.ts";
import { convolution } from "./convolution.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { extremePool } from "./extreme-pool.ts";
import { flatten } from "./flatten.ts";
import { localResponseNormalization } from "./local-response-normalization.ts";
import type { LayerTensors, ReferenceLayer } from "./reference-layer.ts";

/** Flat vectors cut into the tensors of one layer. Writing to a tensor writes to its vector. */
interface LayerVectors {
  readonly parameters: LayerTensors;
  readonly gradient: LayerTensors;
}

/** The model's layers, reading from the flat vector `parameters` and adding to the flat vector `gradient`. */
export function referenceLayers(
  model: ModelSpecification,
  parameters: Float64Array,
  gradient: Float64Array,
): ReferenceLayer[] {
  const shapes = modelShapes(model);
  return model.layers.map((layer, index) => {
    const input = index === 0 ? model.inputShape : (shapes[index - 1] as Shape);
    const output = shapes[index] as Shape;
    const vectors = () => ({
      parameters: layerTensors(model, index, parameters),
      gradient: layerTensors(model, index, gradient),
    });
    return referenceLayer(layer, index, input, output, vectors);
  });
}

function referenceLayer(
  layer: Layer,
  index: number,
  input: Shape,
  output: Shape,
  vectors: () => LayerVectors,
): ReferenceLayer {
  switch (layer.type) {
    case "convolution": {
      const { parameters, gradient } = vectors();
      return convolution(windowGeometry(layer, input, output), parameters, gradient);
    }
    case "max-pool":
      return extremePool(windowGeometry(layer, input, output), "largest");
    case "min-pool":
      return extremePool(windowGeometry(layer, input, output), "smallest");
    case "average-pool":
      return averagePool(windowGeometry(layer, input, output), layer.countPadding);
    case "adaptive-average-pool":
      return adaptiveAveragePool(input as ImageShape, output as ImageShape);
    case "relu":
      return relu;
    case "sigmoid":
      return sigmoid;
    case "tanh":
      return tanh;
    case "local-response-normalization":
      return localResponseNormalization(layer, input.at(-1) as number);
    case "dropout":
      return dropout(layer.rate, index);
    case "flatten":
      return flatten;
    case "dense": {
      const { parameters, gradient } = vectors();
      return dense(parameters, gradient);
    }
  }
}

function layerTensors(model: ModelSpecification, layer: number, vector: Float64Array): LayerTensors {
  const part = (role: "weights" | "bias") => {
    const entry = parameterLayout(model).entries.find(
      (candidate) => candidate.layer === layer && candidate.role === role,
    );
    assert(entry !== undefined, `layer ${layer + 1} has no ${role}`);
    return vector.subarray(entry.offset, entry.offset + entry.length);
  };
  return { weights: part("weights"), bias: part("bias") };
}
