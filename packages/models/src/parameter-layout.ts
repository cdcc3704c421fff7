/**
 * Where each tensor lies in the flat vector of parameters (and so of gradients and optimizer state).
 * The canonical order: layer by layer, weights then bias; filters height × width × in × out; dense weights in × out.
 */
import type { Shape } from "./layer.ts";
import { type ModelSpecification, modelShapes } from "./model.ts";
import { elementCount } from "./shape.ts";

export type ParameterRole = "weights" | "bias";

export interface ParameterEntry {
  /** For people and files: "convolution1.weights", numbered by layer type. */
  readonly name: string;
  readonly role: ParameterRole;
  /** Index into the model's layers. */
  readonly layer: number;
  readonly shape: readonly number[];
  /** First element in the flat vector. */
  readonly offset: number;
  readonly length: number;
  /** How many inputs one output of this layer sums over. */
  readonly fanIn: number;
}

export interface ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  /** Elements of the flat vector. */
  readonly length: number;
}

/** Derives the layout from the model. Throws a ShapeError when the layers do not fit together. */
export function parameterLayout(model: ModelSpecification): ParameterLayout {
  const shapes = modelShapes(model);
  const entries: ParameterEntry[] = [];
  const countOfType = new Map<string, number>();
  let offset = 0;
  model.layers.forEach((layer, index) => {
    if (layer.type !== "convolution" && layer.type !== "dense") return;
    const number = (countOfType.get(layer.type) ?? 0) + 1;
    countOfType.set(layer.type, number);
    const input = index === 0 ? model.inputShape : (shapes[index - 1] as Shape);
    const inputs = input.at(-1) as number;
    const weights =
      layer.type === "convolution" ? [layer.window, layer.window, inputs, layer.channels] : [inputs, layer.units];
    const outputs = weights.at(-1) as number;
    const fanIn = elementCount(weights) / outputs;
    for (const [role, shape] of [
      ["weights", weights],
      ["bias", [outputs]],
    ] as const) {
      const length = elementCount(shape);
      entries.push({ name: `${layer.type}${number}.${role}`, role, layer: index, shape, offset, length, fanIn });
      offset += length;
    }
  });
  return { entries, length: offset };
}
