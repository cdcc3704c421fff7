import type { RandomSequence } from "@convoy/foundation";
import { dropoutThreshold } from "../sample-draws.ts";
import type { ReferenceLayer } from "./reference-layer.ts";

/** "Inverted" dropout (as in PyTorch): what is kept is enlarged in training, so that evaluation leaves all as it is. */
export function dropout(rate: number, layer: number): ReferenceLayer {
  if (rate === 0) return { forward: (input) => input, backward: (_input, outputGradient) => outputGradient };
  const threshold = dropoutThreshold(rate);
  const drop = (values: Float64Array, random: RandomSequence) =>
    values.map((value) => (random.uint32() < threshold ? 0 : value / (1 - rate)));
  return {
    forward: (input, draw) => (draw === null ? input : drop(input, draw(layer))),
    backward: (_input, outputGradient, draw) => (draw === null ? outputGradient : drop(outputGradient, draw(layer))),
  };
}
