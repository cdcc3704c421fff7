import { at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";

/** max(0, x). The gradient at exactly zero is zero. */
export const relu: ReferenceLayer = {
  forward: (input) => input.map((value) => Math.max(0, value)),
  backward: (input, outputGradient) => outputGradient.map((gradient, index) => (at(input, index) > 0 ? gradient : 0)),
};
