import type { Normalization, NormalizationGradient } from "@convoy/engine";
import { backThrough, throughBinding } from "./activation.ts";
import { type Kernel, perSample } from "./kernel.ts";
import { float } from "./text.ts";

type Sizes = Pick<Normalization, "pixels" | "channels" | "size" | "bias" | "alpha" | "beta">;

/** WGSL of the channels around that of element `index`: of elements `first` … `last`. */
function neighbourhood({ channels, size }: Sizes): string {
  const reach = (size - 1) / 2;
  return `
let channel = index % ${channels};
let first = index - min(channel, ${reach});
let last = index + min(${channels - 1} - channel, ${reach});`;
}

/** WGSL that leaves bias + alpha · Σ x² in `divisor`. */
function divisor(sizes: Sizes): string {
  return `${neighbourhood(sizes)}
var squares = 0.0;
for (var other = first; other <= last; other++) { squares += source[other] * source[other]; }
let divisor = ${float(sizes.bias)} + ${float(sizes.alpha)} * squares;`;
}

/** WGSL of divisor^−β. Square roots are more exact than `pow`, and both papers take β = ¾. */
function power({ beta }: Sizes): string {
  return beta === 0.75 ? "(1.0 / (sqrt(divisor) * sqrt(sqrt(divisor))))" : `pow(divisor, ${float(-beta)})`;
}

export function normalizationKernel(name: string, operation: Normalization): Kernel {
  const { input, output, pixels, channels, size } = operation;
  return perSample(pixels * channels, {
    name,
    bindings: { source: input, result: output },
    body: `${divisor(operation)}
result[index] = source[index] * ${power(operation)};`,
    work: 2 * size + 8,
  });
}

/** In two kernels, so that each neighbour's share is computed once: see the reference for the formula. */
export function normalizationGradientKernels(name: string, operation: NormalizationGradient): Kernel[] {
  const { input, outputGradient, inputGradient, through, pixels, channels, size, alpha, beta } = operation;
  const gradient = `gradient[index] * ${power(operation)} - ${float(2 * alpha * beta)} * source[index] * shareSum`;
  return [
    perSample(pixels * channels, {
      name: `${name} (shares)`,
      bindings: { source: input, gradient: outputGradient, shares: "scratch" },
      body: `${divisor(operation)}
shares[index] = gradient[index] * source[index] * ${power(operation)} / divisor;`,
      work: 2 * size + 8,
      scratchFloats: (count) => count * pixels * channels,
    }),
    perSample(pixels * channels, {
      name,
      bindings: {
        source: input,
        gradient: outputGradient,
        shares: "scratch",
        result: inputGradient,
        ...throughBinding(through),
      },
      body: `${divisor(operation)}
var shareSum = 0.0;
for (var other = first; other <= last; other++) { shareSum += shares[other]; }
let value = ${gradient};
result[index] = ${backThrough(through, "value", "index")};`,
      work: 3 * size + 8,
    }),
  ];
}
