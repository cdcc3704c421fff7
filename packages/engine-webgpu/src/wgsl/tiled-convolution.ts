import type {
  Convolution,
  ConvolutionInputGradient,
  ConvolutionParameterGradient,
  WindowGeometry,
} from "@convoy/engine";
import { activationFunctions, backThrough, throughBinding } from "./activation.ts";
import { extremePoolKernel } from "./extreme-pool.ts";
import type { Kernel } from "./kernel.ts";
import { isFours, loaded, matrix, onesFrom, storeOutput, storeParameterGradient, typed } from "./tiled-operands.ts";
import { fixedSize, perSampleSize, type TiledOperand, tiledProductKernels } from "./tiled-product.ts";

/** The input under the windows: WGSL of what depends on the output pixel (counted with the samples) … */
function ofPixel(geometry: WindowGeometry, pixel: string, tag: string): string {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, stride, top, left } = geometry;
  return `
let y${tag} = ${pixel} / ${outputWidth} % ${outputHeight} * ${stride} - ${top};
let x${tag} = ${pixel} % ${outputWidth} * ${stride} - ${left};
let corner${tag} = ((${pixel} / ${outputHeight * outputWidth} * ${inputHeight} + y${tag}) * ${inputWidth} + x${tag}) * ${inputChannels};`;
}

/** … and of what depends on the tap of the window (counted with the channels) … */
function ofTap({ inputWidth, inputChannels, window }: WindowGeometry, tap: string, tag: string): string {
  return `
let down${tag} = ${tap} / ${window * inputChannels};
let right${tag} = ${tap} / ${inputChannels} % ${window};
let fromCorner${tag} = down${tag} * ${inputWidth * inputChannels} + ${tap} % ${window * inputChannels};`;
}

/** … and of the input there, which is zero beyond the image. */
function underTap(geometry: WindowGeometry, pixel: string, tap: string): string {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  const fours = isFours(inputChannels);
  const value = loaded("source", `corner${pixel} + fromCorner${tap}`, fours);
  const reaches = (size: number, before: number, outputs: number) =>
    before > 0 || (outputs - 1) * stride - before + window > size;
  // As unsigned numbers, those below zero are large.
  const conditions = [
    ...(reaches(inputHeight, top, outputHeight) ? [`u32(y${pixel} + down${tap}) < ${inputHeight}u`] : []),
    ...(reaches(inputWidth, left, outputWidth) ? [`u32(x${pixel} + right${tap}) < ${inputWidth}u`] : []),
  ];
  return conditions.length === 0
    ? value
    : `select(${fours ? "vec4<f32>()" : "0.0"}, ${value}, ${conditions.map((c) => `(${c})`).join(" & ")})`;
}

/**
 * Rows are output pixels, columns output channels, the inner dimension the taps of a filter. A fused pool follows by
 * itself: the activation grows with its argument, so it may come before.
 */
export function tiledConvolution(name: string, operation: Convolution): Kernel[][] {
  const { geometry, input, output, weights, bias, activation, pool } = operation;
  const { outputHeight, outputWidth, outputChannels, inputChannels, window } = geometry;
  const weightsInFours = isFours(outputChannels, weights.offset);
  const weightsBinding = { parameters: typed("parameters", weightsInFours) };
  const ways = tiledProductKernels({
    name,
    bindings: { source: typed(input, isFours(inputChannels)), ...weightsBinding },
    declarations: activationFunctions(activation),
    rows: perSampleSize(outputHeight * outputWidth),
    columns: outputChannels,
    inner: fixedSize(window * window * inputChannels),
    left: {
      along: "inner",
      fours: isFours(inputChannels),
      outer: (pixel, tag) => ofPixel(geometry, pixel, tag),
      inner: (tap, tag) => ofTap(geometry, tap, tag),
      at: (pixelTag, tapTag) => underTap(geometry, pixelTag, tapTag),
    },
    right: matrix("parameters", {
      along: "outer",
      outerStep: 1,
      innerStep: outputChannels,
      offset: weights.offset,
      fours: weightsInFours,
    }),
    target: { ...weightsBinding, result: pool === null ? output : "scratch" },
    store: storeOutput(outputChannels, bias, activation, weightsInFours),
    ownScratch: pool !== null,
  });
  if (pool === null) return ways;
  return ways.map((kernels) => [
    ...kernels,
    extremePoolKernel(`${name} (pool)`, { ...pool, input: "scratch", output }),
  ]);
}

/** Rows are input pixels, columns input channels, the inner dimension the filters' taps and output channels. */
export function tiledConvolutionInputGradient(name: string, operation: ConvolutionInputGradient): Kernel[][] {
  const { geometry, outputGradient, inputGradient, through, weights } = operation;
  const { inputHeight, inputWidth, inputChannels, outputChannels, window } = geometry;
  const fours = isFours(outputChannels, weights.offset);
  return tiledProductKernels({
    name,
    bindings: { gradient: typed(outputGradient, fours), parameters: typed("parameters", fours) },
    rows: perSampleSize(inputHeight * inputWidth),
    columns: inputChannels,
    inner: fixedSize(window * window * outputChannels),
    left: gradientOverPixel(geometry, fours),
    right: {
      along: "inner",
      fours,
      outer: (channel, tag) => `let filter${tag} = ${weights.offset} + ${channel} * ${outputChannels};`,
      inner: (tap, tag) =>
        `let inFilter${tag} = ${tap} / ${outputChannels} * ${inputChannels * outputChannels} + ${tap} % ${outputChannels};`,
      at: (channelTag, tapTag) => loaded("parameters", `filter${channelTag} + inFilter${tapTag}`, fours),
    },
    target: { result: inputGradient, ...throughBinding(through) },
    store: (value, row, column) => {
      const at = `${row} * ${inputChannels} + ${column}`;
      return `result[${at}] = ${backThrough(through, value, at)};`;
    },
  });
}

/** The gradient at the output pixel whose window has an input pixel under a tap; zero where no window has. */
function gradientOverPixel(geometry: WindowGeometry, fours: boolean): TiledOperand {
  const { inputHeight, inputWidth, outputHeight, outputWidth, outputChannels, window, stride, top, left } = geometry;
  return {
    along: "inner",
    fours,
    outer: (pixel, tag) => `
let y${tag} = ${pixel} / ${inputWidth} % ${inputHeight} + ${top};
let x${tag} = ${pixel} % ${inputWidth} + ${left};
let image${tag} = ${pixel} / ${inputHeight * inputWidth} * ${outputHeight * outputWidth * outputChannels};`,
    inner: (tap, tag) => `
let down${tag} = ${tap} / ${window * outputChannels};
let right${tag} = ${tap} / ${outputChannels} % ${window};
let channel${tag} = ${tap} % ${outputChannels};`,
    at: (pixelTag, tapTag) => {
      const [row, rowThere] = among(`(y${pixelTag} - down${tapTag})`, stride, outputHeight);
      const [column, columnThere] = among(`(x${pixelTag} - right${tapTag})`, stride, outputWidth);
      const place = `(${row} * ${outputWidth} + ${column}) * ${outputChannels}`;
      const value = loaded("gradient", `image${pixelTag} + ${place} + channel${tapTag}`, fours);
      return `select(${fours ? "vec4<f32>()" : "0.0"}, ${value}, ${rowThere} & ${columnThere})`;
    },
  };
}

/** WGSL of a position divided by the stride, and of whether there is such an output among `size`. */
function among(position: string, stride: number, size: number): [quotient: string, isThere: string] {
  const below = `(u32(${position}) < ${(size - 1) * stride + 1}u)`;
  return stride === 1 ? [position, below] : [`(${position} / ${stride})`, `${below} & (${position} % ${stride} == 0)`];
}

/** Rows are the taps of a filter and one for the bias, columns output channels, the inner dimension output pixels. */
export function tiledConvolutionParameterGradient(name: string, operation: ConvolutionParameterGradient): Kernel[][] {
  const { geometry, input, outputGradient, weights, bias } = operation;
  const { outputHeight, outputWidth, outputChannels, inputChannels, window } = geometry;
  const taps = window * window * inputChannels;
  return tiledProductKernels({
    name,
    bindings: {
      source: typed(input, isFours(inputChannels)),
      gradient: typed(outputGradient, isFours(outputChannels)),
    },
    rows: fixedSize(taps + 1),
    columns: outputChannels,
    inner: perSampleSize(outputHeight * outputWidth),
    left: onesFrom(taps, {
      along: "outer",
      fours: isFours(inputChannels),
      outer: (tap, tag) => ofTap(geometry, tap, tag),
      inner: (pixel, tag) => ofPixel(geometry, pixel, tag),
      at: (tapTag, pixelTag) => underTap(geometry, pixelTag, tapTag),
    }),
    right: matrix("gradient", {
      along: "outer",
      outerStep: 1,
      innerStep: outputChannels,
      fours: isFours(outputChannels),
    }),
    target: { results: "results" },
    store: storeParameterGradient(taps, outputChannels, weights, bias),
  });
}
