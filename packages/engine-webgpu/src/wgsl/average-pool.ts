import type {
  AdaptiveAveragePool,
  AdaptiveAveragePoolGradient,
  AveragePool,
  AveragePoolGradient,
  WindowGeometry,
} from "@convoy/engine";
import { backThrough, throughBinding } from "./activation.ts";
import { overWindowsOfInput } from "./extreme-pool.ts";
import { type Kernel, perSample } from "./kernel.ts";
import { takeApart } from "./text.ts";

/** WGSL of how many places of a window are inside the image, from the position it begins at. */
function inside(size: number, window: number, begin: string): string {
  return `(min(${begin} + ${window}, ${size}) - max(${begin}, 0))`;
}

/** WGSL of what a window's sum is divided by; `row` and `column` are the output's. */
function divisor({ geometry, countPadding }: { geometry: WindowGeometry; countPadding: boolean }): string {
  const { inputHeight, inputWidth, window, stride, top, left } = geometry;
  if (countPadding) return `${window * window}.0`;
  const rows = inside(inputHeight, window, `(row * ${stride} - ${top})`);
  const columns = inside(inputWidth, window, `(column * ${stride} - ${left})`);
  return `f32(${rows} * ${columns})`;
}

export function averagePoolKernel(name: string, operation: AveragePool): Kernel {
  const { geometry, input, output } = operation;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  return perSample(outputHeight * outputWidth * inputChannels, {
    name,
    bindings: { source: input, result: output },
    body: `
${takeApart([["sample"], ["row", outputHeight], ["column", outputWidth], ["channel", inputChannels]])}
let top = row * ${stride} - ${top};
let left = column * ${stride} - ${left};
var sum = 0.0;
for (var y = max(0, top); y < min(${inputHeight}, top + ${window}); y++) {
  for (var x = max(0, left); x < min(${inputWidth}, left + ${window}); x++) {
    sum += source[((sample * ${inputHeight} + y) * ${inputWidth} + x) * ${inputChannels} + channel];
  }
}
result[index] = sum / ${divisor(operation)};`,
    work: window * window,
  });
}

export function averagePoolGradientKernel(name: string, operation: AveragePoolGradient): Kernel {
  const { geometry, outputGradient, inputGradient, through } = operation;
  return perSample(geometry.inputHeight * geometry.inputWidth * geometry.inputChannels, {
    name,
    bindings: { gradient: outputGradient, result: inputGradient, ...throughBinding(through) },
    body: overWindowsOfInput(
      geometry,
      `sum += gradient[outer] / ${divisor(operation)};`,
      backThrough(through, "sum", "index"),
    ),
    work: 4 * Math.ceil(geometry.window / geometry.stride) ** 2,
  });
}

/** WGSL of the bounds of window i, where `to` windows cover `from` pixels. */
const firstPixel = (i: string, from: number, to: number) => `(${i} * ${from} / ${to})`;
const endPixel = (i: string, from: number, to: number) => `(((${i} + 1) * ${from} + ${to - 1}) / ${to})`;

export function adaptiveAveragePoolKernel(name: string, operation: AdaptiveAveragePool): Kernel {
  const { input, output, inputShape, outputShape } = operation;
  const [inputHeight, inputWidth, channels] = inputShape;
  const [outputHeight, outputWidth] = outputShape;
  return perSample(outputHeight * outputWidth * channels, {
    name,
    bindings: { source: input, result: output },
    body: `
${takeApart([["sample"], ["row", outputHeight], ["column", outputWidth], ["channel", channels]])}
let top = ${firstPixel("row", inputHeight, outputHeight)};
let bottom = ${endPixel("row", inputHeight, outputHeight)};
let left = ${firstPixel("column", inputWidth, outputWidth)};
let right = ${endPixel("column", inputWidth, outputWidth)};
var sum = 0.0;
for (var y = top; y < bottom; y++) {
  for (var x = left; x < right; x++) {
    sum += source[((sample * ${inputHeight} + y) * ${inputWidth} + x) * ${channels} + channel];
  }
}
result[index] = sum / f32((bottom - top) * (right - left));`,
    work: (inputHeight / outputHeight + 1) * (inputWidth / outputWidth + 1),
  });
}

/** One invocation for each input: from the first window whose end lies behind it to the last that has begun. */
export function adaptiveAveragePoolGradientKernel(name: string, operation: AdaptiveAveragePoolGradient): Kernel {
  const { outputGradient, inputGradient, through, inputShape, outputShape } = operation;
  const [inputHeight, inputWidth, channels] = inputShape;
  const [outputHeight, outputWidth] = outputShape;
  const windows = (position: string, from: number, to: number) =>
    [`${position} * ${to} / ${from}`, `(${position} + 1) * ${to} + ${from - 1}) / ${from}`] as const;
  const rows = windows("y", inputHeight, outputHeight);
  const columns = windows("x", inputWidth, outputWidth);
  return perSample(inputHeight * inputWidth * channels, {
    name,
    bindings: { gradient: outputGradient, result: inputGradient, ...throughBinding(through) },
    body: `
${takeApart([["sample"], ["y", inputHeight], ["x", inputWidth], ["channel", channels]])}
var sum = 0.0;
for (var row = ${rows[0]}; row < (${rows[1]}; row++) {
  let height = ${endPixel("row", inputHeight, outputHeight)} - ${firstPixel("row", inputHeight, outputHeight)};
  for (var column = ${columns[0]}; column < (${columns[1]}; column++) {
    let width = ${endPixel("column", inputWidth, outputWidth)} - ${firstPixel("column", inputWidth, outputWidth)};
    sum += gradient[((sample * ${outputHeight} + row) * ${outputWidth} + column) * ${channels} + channel] / f32(height * width);
  }
}
result[index] = ${backThrough(through, "sum", "index")};`,
    work: 8,
  });
}
