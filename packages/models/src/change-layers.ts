import type { Layer } from "./layer.ts";
import { type ModelSpecification, modelShapes } from "./model.ts";
import { RecipeError } from "./recipe.ts";

type Layers = readonly Layer[];

type Activation = "relu" | "sigmoid" | "tanh";

const isActivation = ({ type }: Layer): boolean => type === "relu" || type === "sigmoid" || type === "tanh";

export function withActivation(layers: Layers, type: Activation): Layers {
  return changeSome(layers, "activation", (layer) => (isActivation(layer) ? { type } : undefined));
}

/** Windows stay where they are. Zeros of a padding do not count in a mean, unless they already did. */
export function withPooling(layers: Layers, pooling: "max" | "min" | "average"): Layers {
  return changeSome(layers, "pooling", (layer) => {
    if (!isPool(layer)) return undefined;
    const { window, stride, padding } = layer;
    if (pooling !== "average") return { type: `${pooling}-pool`, window, stride, padding };
    const countPadding = layer.type === "average-pool" && layer.countPadding;
    return { type: "average-pool", window, stride, padding, countPadding };
  });
}

/**
 * Windows of 3 in steps of 2, as Krizhevsky et al. have them (2012, §3.4), or of 2 in steps of 2. Windows that overlap
 * reach over the edge, so that sizes and parameters stay the same: nothing but the overlap is compared.
 * Where a size would not, as behind an odd number of pixels, it cannot be changed.
 */
export function withOverlap(model: ModelSpecification, overlap: boolean): ModelSpecification {
  const layers = changeSome(model.layers, "pooling", (layer) => {
    if (!isPool(layer)) return undefined;
    if (layer.window > layer.stride === overlap) return layer;
    return overlap
      ? { ...layer, window: 3, stride: 2, padding: "same" }
      : { ...layer, window: 2, stride: 2, padding: "valid" };
  });
  const changed = { ...model, layers };
  if (JSON.stringify(modelShapes(changed)) !== JSON.stringify(modelShapes(model)))
    throw new RecipeError("A pooling of the network would then give another size.");
  return changed;
}

/** With the constants of Krizhevsky et al., 2012, §3.3, and where they have it: behind the first two convolutions. */
export function withNormalization(layers: Layers, on: boolean): Layers {
  const isNormalization = ({ type }: Layer) => type === "local-response-normalization";
  if (!on) return layers.filter((layer) => !isNormalization(layer));
  if (layers.some(isNormalization)) return layers;
  let convolutions = 0;
  return layers.flatMap((layer, index): Layer[] => {
    if (layer.type === "convolution") convolutions++;
    const isBehind = isActivation(layer) && layers[index - 1]?.type === "convolution" && convolutions <= 2;
    if (!isBehind) return [layer];
    return [layer, { type: "local-response-normalization", size: 5, bias: 2, alpha: 1e-4, beta: 0.75 }];
  });
}

/**
 * Every dropout has this rate. Where there is none, the units of each hidden dense layer get one, as in Krizhevsky et
 * al., 2012, §4.2. A rate of 0 leaves dropout out.
 */
export function withDropout(layers: Layers, rate: number): Layers {
  if (rate === 0) return layers.filter(({ type }) => type !== "dropout");
  if (layers.some(({ type }) => type === "dropout")) {
    return layers.map((layer) => (layer.type === "dropout" ? { ...layer, rate } : layer));
  }
  return layers.flatMap((layer, index): Layer[] => {
    const isHidden = isActivation(layer) && layers[index - 1]?.type === "dense";
    return isHidden ? [layer, { type: "dropout", rate }] : [layer];
  });
}

type Pool = Extract<Layer, { type: "max-pool" | "min-pool" | "average-pool" }>;

function isPool(layer: Layer): layer is Pool {
  return layer.type === "max-pool" || layer.type === "min-pool" || layer.type === "average-pool";
}

/** Replaces the layers that `change` knows; without any there is nothing to compare. */
function changeSome(layers: Layers, what: string, change: (layer: Layer) => Layer | undefined): Layers {
  if (!layers.some((layer) => change(layer) !== undefined)) {
    throw new RecipeError(`The network has no ${what}.`);
  }
  return layers.map((layer) => change(layer) ?? layer);
}
