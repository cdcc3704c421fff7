import type {
  Convolution,
  ConvolutionInputGradient,
  ConvolutionParameterGradient,
  Dense,
  DenseInputGradient,
  DenseParameterGradient,
  Operation,
  WindowGeometry,
} from "@convoy/engine";
import { activated, activationFunctions, backThrough, throughBinding } from "./activation.ts";
import type { Kernel } from "./kernel.ts";
import { fixedSize, perSampleSize, tiledProductKernels } from "./tiled-product.ts";

/** The same operations as products of large matrices; null for those that are none. */
export function tiledKernels(name: string, operation: Operation): Kernel[] | null {
  switch (operation.type) {
    case "dense":
      return dense(name, operation);
    case "dense-input-gradient":
      return denseInputGradient(name, operation);
    case "dense-parameter-gradient":
      return denseParameterGradient(name, operation);
    case "convolution":
      return operation.pool === null ? convolution(name, operation) : null;
    case "convolution-input-gradient":
      return convolutionInputGradient(name, operation);
    case "convolution-parameter-gradient":
      return convolutionParameterGradient(name, operation);
    default:
      return null;
  }
}

function dense(name: string, operation: Dense): Kernel[] {
  const { input, output, inputCount, outputCount, weights, bias, activation } = operation;
  return tiledProductKernels({
    name,
    bindings: { source: input, parameters: "parameters" },
    declarations: activationFunctions(activation),
    rows: perSampleSize(1),
    columns: outputCount,
    inner: fixedSize(inputCount),
    left: { along: "inner", at: (row, k) => `source[${row} * ${inputCount} + ${k}]` },
    right: { along: "column", at: (k, column) => `parameters[${weights.offset} + ${k} * ${outputCount} + ${column}]` },
    target: { parameters: "parameters", result: output },
    store: (value, row, column) =>
      `result[${row} * ${outputCount} + ${column}] = ${activated(activation, `(${value} + parameters[${bias.offset} + ${column}])`)};`,
  });
}

function denseInputGradient(name: string, operation: DenseInputGradient): Kernel[] {
  const { outputGradient, inputGradient, through, inputCount, outputCount, weights } = operation;
  return tiledProductKernels({
    name,
    bindings: { gradient: outputGradient, parameters: "parameters" },
    rows: perSampleSize(1),
    columns: inputCount,
    inner: fixedSize(outputCount),
    left: { along: "inner", at: (row, k) => `gradient[${row} * ${outputCount} + ${k}]` },
    right: { along: "inner", at: (k, column) => `parameters[${weights.offset} + ${column} * ${outputCount} + ${k}]` },
    target: { result: inputGradient, ...throughBinding(through) },
    store: (value, row, column) => {
      const at = `${row} * ${inputCount} + ${column}`;
      return `result[${at}] = ${backThrough(through, value, at)};`;
    },
  });
}

/** One row more, whose input is always 1, gives the gradient of the bias. */
function denseParameterGradient(name: string, operation: DenseParameterGradient): Kernel[] {
  const { input, outputGradient, inputCount, outputCount, weights, bias } = operation;
  return tiledProductKernels({
    name,
    bindings: { source: input, gradient: outputGradient },
    rows: fixedSize(inputCount + 1),
    columns: outputCount,
    inner: perSampleSize(1),
    left: {
      along: "row",
      at: (row, k) => `select(1.0, source[${k} * ${inputCount} + ${row}], ${row} < ${inputCount})`,
    },
    right: { along: "column", at: (k, column) => `gradient[${k} * ${outputCount} + ${column}]` },
    target: { results: "results" },
    store: (value, row, column) =>
      `results[select(${bias.offset}, ${weights.offset} + ${row} * ${outputCount}, ${row} < ${inputCount}) + ${column}] = ${value};`,
  });
}

/** WGSL of the input under tap `tap` (counted with the channels) of the window at output `pixel` (with the samples). */
function underTap(geometry: WindowGeometry): string {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  return `
fn underTap(pixel: i32, tap: i32) -> f32 {
  let y = pixel / ${outputWidth} % ${outputHeight} * ${stride} + tap / ${window * inputChannels} - ${top};
  let x = pixel % ${outputWidth} * ${stride} + tap / ${inputChannels} % ${window} - ${left};
  if (y < 0 || y >= ${inputHeight} || x < 0 || x >= ${inputWidth}) { return 0.0; }
  return source[((pixel / ${outputHeight * outputWidth} * ${inputHeight} + y) * ${inputWidth} + x) * ${inputChannels} + tap % ${inputChannels}];
}`;
}

/** Rows are output pixels, columns output channels, the inner dimension the taps of a filter. */
function convolution(name: string, operation: Convolution): Kernel[] {
  const { geometry, input, output, weights, bias, activation } = operation;
  const { outputHeight, outputWidth, outputChannels, inputChannels, window } = geometry;
  return tiledProductKernels({
    name,
    bindings: { source: input, parameters: "parameters" },
    operandFunctions: underTap(geometry),
    declarations: activationFunctions(activation),
    rows: perSampleSize(outputHeight * outputWidth),
    columns: outputChannels,
    inner: fixedSize(window * window * inputChannels),
    left: { along: "inner", at: (row, k) => `underTap(${row}, ${k})` },
    right: {
      along: "column",
      at: (k, column) => `parameters[${weights.offset} + ${k} * ${outputChannels} + ${column}]`,
    },
    target: { parameters: "parameters", result: output },
    store: (value, row, column) =>
      `result[${row} * ${outputChannels} + ${column}] = ${activated(activation, `(${value} + parameters[${bias.offset} + ${column}])`)};`,
  });
}

/** Rows are input pixels, columns input channels, the inner dimension the filters' taps and output channels. */
function convolutionInputGradient(name: string, operation: ConvolutionInputGradient): Kernel[] {
  const { geometry, outputGradient, inputGradient, through, weights } = operation;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels, window, stride } =
    geometry;
  return tiledProductKernels({
    name,
    bindings: { gradient: outputGradient, parameters: "parameters" },
    operandFunctions: `
fn ofTap(pixel: i32, tap: i32) -> f32 {
  let y = pixel / ${inputWidth} % ${inputHeight} + ${geometry.top} - tap / ${window * outputChannels};
  let x = pixel % ${inputWidth} + ${geometry.left} - tap / ${outputChannels} % ${window};
  let row = y / ${stride};
  let column = x / ${stride};
  if (y < 0 || x < 0 || row * ${stride} != y || column * ${stride} != x || row >= ${outputHeight} || column >= ${outputWidth}) { return 0.0; }
  return gradient[((pixel / ${inputHeight * inputWidth} * ${outputHeight} + row) * ${outputWidth} + column) * ${outputChannels} + tap % ${outputChannels}];
}`,
    rows: perSampleSize(inputHeight * inputWidth),
    columns: inputChannels,
    inner: fixedSize(window * window * outputChannels),
    left: { along: "inner", at: (row, k) => `ofTap(${row}, ${k})` },
    right: {
      along: "inner",
      at: (k, column) =>
        `parameters[${weights.offset} + (${k} / ${outputChannels} * ${inputChannels} + ${column}) * ${outputChannels} + ${k} % ${outputChannels}]`,
    },
    target: { result: inputGradient, ...throughBinding(through) },
    store: (value, row, column) => {
      const at = `${row} * ${inputChannels} + ${column}`;
      return `result[${at}] = ${backThrough(through, value, at)};`;
    },
  });
}

/** Rows are the taps of a filter and one for the bias, columns output channels, the inner dimension output pixels. */
function convolutionParameterGradient(name: string, operation: ConvolutionParameterGradient): Kernel[] {
  const { geometry, input, outputGradient, weights, bias } = operation;
  const { outputHeight, outputWidth, outputChannels, inputChannels, window } = geometry;
  const taps = window * window * inputChannels;
  return tiledProductKernels({
    name,
    bindings: { source: input, gradient: outputGradient },
    operandFunctions: underTap(geometry),
    rows: fixedSize(taps + 1),
    columns: outputChannels,
    inner: perSampleSize(outputHeight * outputWidth),
    left: { along: "row", at: (row, k) => `select(1.0, underTap(${k}, ${row}), ${row} < ${taps})` },
    right: { along: "column", at: (k, column) => `gradient[${k} * ${outputChannels} + ${column}]` },
    target: { results: "results" },
    store: (value, row, column) =>
      `results[select(${bias.offset}, ${weights.offset} + ${row} * ${outputChannels}, ${row} < ${taps}) + ${column}] = ${value};`,
  });
}
