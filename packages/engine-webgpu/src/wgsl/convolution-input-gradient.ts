import type { ConvolutionInputGradient } from "@convoy/engine";
import { backThrough, throughBinding } from "./activation.ts";
import { type Kernel, kernel } from "./kernel.ts";
import { addProducts, declareSums, type SlidingProduct, sumName, unrolledTaps } from "./sliding-product.ts";
import { repeat, takeApart } from "./text.ts";
import { chooseTile } from "./tiles.ts";

/**
 * What is an input pixel's gradient? With a = ⌊(y + top) / stride⌋ and phase p = (y + top) mod stride, the taps that met
 * the pixel are p, p + stride, …, and the outputs they belong to a, a − 1, …. So the pixels of one phase are a convolution
 * of stride 1 of the outputs' gradients with the filter's taps of that phase, turned around. With stride 1 there is one
 * phase, with all of them.
 */
export function convolutionInputGradientKernels(name: string, operation: ConvolutionInputGradient): Kernel[] {
  const { outputGradient, inputGradient, through, geometry } = operation;
  const { inputHeight, inputWidth, inputChannels, stride, top, left } = geometry;
  const { columns, channels, product, rowCount, columnBlocks, channelBlocks } = cutWork(operation);
  const { window } = product;
  const firstRow = Math.floor(top / stride);
  const firstColumn = Math.floor(left / stride);
  const perSample = rowCount * stride * columnBlocks * stride * channelBlocks;
  const gradientKernel = kernel({
    name,
    bindings: {
      source: outputGradient,
      filters: "scratch",
      result: inputGradient,
      ...throughBinding(through),
    },
    invocations: (count) => count * perSample,
    limit: `batch.count * ${perSample}`,
    body: `
${takeApart([["sample"], ["rowInPhase", rowCount], ["rowPhase", stride], ["columnBlock", columnBlocks], ["columnPhase", stride], ["channelBlock", channelBlocks]])}
let channel0 = channelBlock * ${channels};
let image0 = sample * ${geometry.outputHeight * geometry.outputWidth * geometry.outputChannels};
let filter0 = (rowPhase * ${stride} + columnPhase) * ${window * window * geometry.outputChannels * inputChannels} + channel0;
let y0 = rowInPhase + ${firstRow - window + 1};
let x0 = columnBlock * ${columns} + ${firstColumn - window + 1};
${declareSums(product)}
${addProducts(product)}
let row = (rowInPhase + ${firstRow}) * ${stride} + rowPhase - ${top};
let column0 = (columnBlock * ${columns} + ${firstColumn}) * ${stride} + columnPhase - ${left};
if (row < 0 || row >= ${inputHeight}) { return; }
${repeat(columns, (i) => {
  const outside =
    inputWidth % columns === 0 && stride === 1 && left === 0 ? "false" : `column < 0 || column >= ${inputWidth}`;
  return `{
let column = column0 + ${i * stride};
let at = ((sample * ${inputHeight} + row) * ${inputWidth} + column) * ${inputChannels} + channel0;
if (!(${outside})) {
${repeat(channels, (n) => {
  const store = `result[at + ${n}] = ${backThrough(through, sumName(0, i, n), `at + ${n}`)};`;
  return inputChannels % channels === 0 ? store : `if (channel0 + ${n} < ${inputChannels}) { ${store} }`;
})}
}
}`;
})}`,
    work: 2 * window * window * geometry.outputChannels * columns * channels,
  });
  return [turnFilters(`${name} (filters)`, operation, window), gradientKernel];
}

function cutWork({ geometry }: ConvolutionInputGradient) {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels, stride, top, left } =
    geometry;
  const window = Math.ceil(geometry.window / stride);
  // From the first pixel's place in its phase to the last pixel's.
  const rowCount = Math.floor((inputHeight - 1 + top) / stride) - Math.floor(top / stride) + 1;
  const columnCount = Math.floor((inputWidth - 1 + left) / stride) - Math.floor(left / stride) + 1;
  const taps = unrolledTaps(window);
  const { columns, channels } = chooseTile(
    { columns: columnCount, channels: inputChannels, sums: inputHeight * inputWidth * inputChannels },
    taps,
    (tile) => tile.columns * tile.channels,
    (tile) => tile.columns + taps - 1 + taps * tile.channels,
  );
  const product: SlidingProduct = {
    image: { name: "source", height: outputHeight, width: outputWidth, channels: outputChannels },
    filters: { name: "filters", channels: inputChannels },
    window,
    rows: [0],
    columns: Array.from({ length: columns }, (_, i) => i),
    channels,
    beyondRows: true,
    beyondColumns: true,
  };
  const columnBlocks = Math.ceil(columnCount / columns);
  return { columns, channels, product, rowCount, columnBlocks, channelBlocks: Math.ceil(inputChannels / channels) };
}

/** The filters by phase, turned around, with in and out exchanged; zeros where a phase has a tap less. */
function turnFilters(name: string, { geometry, weights }: ConvolutionInputGradient, window: number): Kernel {
  const { stride, inputChannels, outputChannels } = geometry;
  const count = stride * stride * window * window * outputChannels * inputChannels;
  return kernel({
    name,
    bindings: { parameters: "parameters", filters: "scratch" },
    invocations: () => count,
    limit: String(count),
    body: `
${takeApart([["rowPhase"], ["columnPhase", stride], ["tapRow", window], ["tapColumn", window], ["out", outputChannels], ["into", inputChannels]])}
let row = rowPhase + (${window - 1} - tapRow) * ${stride};
let column = columnPhase + (${window - 1} - tapColumn) * ${stride};
let weight = parameters[${weights.offset} + ((row * ${geometry.window} + column) * ${inputChannels} + into) * ${outputChannels} + out];
filters[index] = select(0.0, weight, row < ${geometry.window} && column < ${geometry.window});`,
    work: 1,
    scratchFloats: () => count,
  });
}
