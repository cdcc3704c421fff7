import type { BufferId, ConvolutionParameterGradient, WindowGeometry } from "@convoy/engine";
import { type Kernel, kernel } from "./kernel.ts";
import { unrolledTaps } from "./sliding-product.ts";
import {
  biasPlace,
  chooseParts,
  overRowsOfPart,
  type Parts,
  partsBinding,
  partsScratch,
  sumOfParts,
  weightPlace,
} from "./sum-of-parts.ts";
import { repeat, takeApart } from "./text.ts";

/** Sums of one invocation: rows × taps × channels in, for one channel out. */
const MOST_SUMS = 32;

/** The pool behind a convolution, and what is known behind it. */
export interface PoolBehind {
  readonly geometry: WindowGeometry;
  readonly places: BufferId;
  /** Gradient with respect to the pool's output. */
  readonly gradient: BufferId;
}

/**
 * The gradient of a convolution's parameters where a pool without overlaps follows: of each window only the place that was
 * chosen has a gradient, so one product for each output of the pool is enough.
 */
export function pooledParameterGradientKernels(
  name: string,
  { geometry, input, weights, bias }: Omit<ConvolutionParameterGradient, "outputGradient">,
  pool: PoolBehind,
): Kernel[] {
  const { inputChannels, outputChannels, window } = geometry;
  const taps = unrolledTaps(window);
  const into = Math.max(1, Math.min(inputChannels, Math.floor(MOST_SUMS / taps)));
  const rows = Math.max(1, Math.min(window, Math.floor(MOST_SUMS / (taps * into))));
  const [rowBlocks, tapBlocks, intoBlocks] = [window / rows, window / taps, inputChannels / into].map(Math.ceil) as [
    number,
    number,
    number,
  ];
  const ofPart = rowBlocks * tapBlocks * intoBlocks * outputChannels;
  const parts: Parts = { weights, bias, count: chooseParts(ofPart) };
  const cut = { rows, taps, into };
  const { outputHeight, outputWidth } = pool.geometry;
  const stage = kernel({
    name,
    bindings: { source: input, gradient: pool.gradient, places: [pool.places, "u32"], sums: partsBinding(parts) },
    invocations: () => parts.count * ofPart,
    limit: String(parts.count * ofPart),
    body: `
${takeApart([["part0"], ["rowBlock", rowBlocks], ["tapBlock", tapBlocks], ["intoBlock", intoBlocks], ["out", outputChannels]])}
let row0 = rowBlock * ${rows};
let tap0 = tapBlock * ${taps};
let into0 = intoBlock * ${into};
var biasSum = 0.0;
${forEachSum(cut, (row, tap, i) => `var ${sum(row, tap, i)} = 0.0;`)}
${overRowsOfPart(parts, outputHeight, alongRow(cut, geometry, pool.geometry))}
${forEachSum(cut, (row, tap, i) => {
  const weight = `(((row0 + ${row}) * ${window} + tap0 + ${tap}) * ${inputChannels} + into0 + ${i}) * ${outputChannels} + out`;
  const conditions = [
    ...(window % rows === 0 ? [] : [`row0 + ${row} < ${window}`]),
    ...(inputChannels % into === 0 ? [] : [`into0 + ${i} < ${inputChannels}`]),
  ];
  const line = `sums[${weightPlace(parts, weight)}] = ${sum(row, tap, i)};`;
  return conditions.length === 0 ? line : `if (${conditions.join(" && ")}) { ${line} }`;
})}
if (rowBlock + tapBlock + intoBlock == 0) { sums[${biasPlace(parts, "out")}] = biasSum; }`,
    work: (count) => ((count * outputHeight) / parts.count) * outputWidth * 2 * rows * taps * into,
    scratchFloats: () => partsScratch(parts),
  });
  return [stage, ...sumOfParts(`${name} (sum of its parts)`, parts)];
}

interface Cut {
  readonly rows: number;
  readonly taps: number;
  readonly into: number;
}

/** WGSL along one row of the pool's output. Zeros, as behind half of all ReLUs, have no share. */
function alongRow(cut: Cut, geometry: WindowGeometry, pool: WindowGeometry): string {
  const { inputHeight, inputWidth, inputChannels, outputChannels, stride, top, left } = geometry;
  const beyond = beyondImage(cut, geometry);
  const product = (row: number, tap: number, into: number) => {
    const pixel = `source[corner + ${(row * inputWidth + tap) * inputChannels + into}]`;
    const value = beyond
      ? `select(0.0, ${pixel}, (y + ${row} >= 0) & (y + ${row} < ${inputHeight}) & (x + ${tap} >= 0) & (x + ${tap} < ${inputWidth}))`
      : pixel;
    return `${sum(row, tap, into)} += ${value} * outer;`;
  };
  return `
var at = row * ${pool.outputWidth * outputChannels} + out;
for (var column = 0; column < ${pool.outputWidth}; column++) {
let outer = gradient[at];
if (outer != 0.0) {
let place = i32(places[at]);
let y = (outputRow * ${pool.stride} - ${pool.top} + place / ${pool.window}) * ${stride} - ${top} + row0;
let x = (column * ${pool.stride} - ${pool.left} + place % ${pool.window}) * ${stride} - ${left} + tap0;
let corner = ((sample * ${inputHeight} + y) * ${inputWidth} + x) * ${inputChannels} + into0;
biasSum += outer;
${forEachSum(cut, product)}
}
at += ${outputChannels};
}`;
}

/** Whether any tap may lie outside the image, those beyond the last row of the filter included. */
function beyondImage({ rows }: Cut, geometry: WindowGeometry): boolean {
  const { inputHeight, inputWidth, outputHeight, outputWidth, window, stride, top, left } = geometry;
  return (
    top > 0 ||
    left > 0 ||
    window % rows > 0 ||
    (outputHeight - 1) * stride + window > inputHeight ||
    (outputWidth - 1) * stride + window > inputWidth
  );
}

function sum(row: number, tap: number, into: number): string {
  return `sum${row}_${tap}_${into}`;
}

function forEachSum({ rows, taps, into }: Cut, line: (row: number, tap: number, into: number) => string): string {
  return repeat(rows, (row) => repeat(taps, (tap) => repeat(into, (i) => line(row, tap, i))));
}
