import type { NormalizationLayer } from "@convoy/models";
import { at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";

/**
 * y_c = x_c · d_c^−β with d_c = bias + α Σ x_j², the sum over the channels j within ⌊size/2⌋ of c. So
 *
 *   ∂loss/∂x_c = g_c · d_c^−β − 2αβ · x_c · Σ_j g_j · x_j · d_j^(−β−1)
 *
 * where the sum runs over the same channels, since c lies within reach of j where j lies within reach of c.
 */
export function localResponseNormalization(
  { size, bias, alpha, beta }: NormalizationLayer,
  channels: number,
): ReferenceLayer {
  const reach = (size - 1) / 2;

  /** Σ of what `valueAt` gives for the neighbours of element `index`, itself included. */
  function sumAround(index: number, valueAt: (index: number) => number): number {
    const channel = index % channels;
    let sum = 0;
    for (let c = Math.max(0, channel - reach); c <= Math.min(channels - 1, channel + reach); c++) {
      sum += valueAt(index - channel + c);
    }
    return sum;
  }

  const divisors = (input: Float64Array) =>
    input.map((_, index) => bias + alpha * sumAround(index, (neighbour) => at(input, neighbour) ** 2));

  return {
    forward(input) {
      const divisor = divisors(input);
      return input.map((x, index) => x * at(divisor, index) ** -beta);
    },

    backward(input, outputGradient) {
      const divisor = divisors(input);
      const shared = input.map((x, index) => at(outputGradient, index) * x * at(divisor, index) ** (-beta - 1));
      return input.map(
        (x, index) =>
          at(outputGradient, index) * at(divisor, index) ** -beta -
          2 * alpha * beta * x * sumAround(index, (neighbour) => at(shared, neighbour)),
      );
    },
  };
}
