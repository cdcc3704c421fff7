import { assert } from "@convoy/foundation";
import { type Layer, type ModelSpecification, modelShapes, parameterLayout, type Shape } from "@convoy/models";
import { convolution } from "./convolution.ts";
import { dense } from "./dense.ts";
import { flatten } from "./flatten.ts";
import { maxPool } from "./max-pool.ts";
import type { LayerTensors, ReferenceLayer } from "./reference-layer.ts";
import { relu } from "./relu.ts";
import { windowGeometry } from "./window-geometry.ts";

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
    return referenceLayer(layer, input, output, () => ({
      parameters: layerTensors(model, index, parameters),
      gradient: layerTensors(model, index, gradient),
    }));
  });
}

function referenceLayer(layer: Layer, input: Shape, output: Shape, vectors: () => LayerVectors): ReferenceLayer {
  switch (layer.type) {
    case "convolution": {
      const { parameters, gradient } = vectors();
      return convolution(windowGeometry(layer, input, output), parameters, gradient);
    }
    case "max-pool":
      return maxPool(windowGeometry(layer, input, output));
    case "relu":
      return relu;
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
