import { at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";

/** Element by element: y = f(x), and ∂y/∂x as a function of x and y. */
function activation(f: (x: number) => number, slope: (x: number, y: number) => number): ReferenceLayer {
  return {
    forward: (input) => input.map(f),
    backward: (input, outputGradient) =>
      outputGradient.map((gradient, index) => {
        const x = at(input, index);
        return gradient * slope(x, f(x));
      }),
  };
}

/** max(0, x). The gradient at exactly zero is zero. */
export const relu = activation(
  (x) => Math.max(0, x),
  (x) => (x > 0 ? 1 : 0),
);

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = activation(
  (x) => 1 / (1 + Math.exp(-x)),
  (_, y) => y * (1 - y),
);

export const tanh = activation(Math.tanh, (_, y) => 1 - y * y);
