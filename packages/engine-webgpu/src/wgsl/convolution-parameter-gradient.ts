import type { ConvolutionParameterGradient, WindowGeometry } from "@convoy/engine";
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

/** Sums of one invocation: taps of a row × channels in × channels out. */
const MOST_SUMS = 64;

interface Cut {
  readonly taps: number;
  readonly into: number;
  readonly out: number;
  readonly tapBlocks: number;
  readonly intoBlocks: number;
  readonly outBlocks: number;
}

/**
 * Each invocation slides along rows of the output with some taps of one row of the filter in registers, for some channels
 * in and out. The last of each part add up the gradient of the bias instead.
 */
export function convolutionParameterGradientKernels(name: string, operation: ConvolutionParameterGradient): Kernel[] {
  const { geometry, input, outputGradient, weights, bias } = operation;
  const { window, outputHeight, outputWidth } = geometry;
  const cut = cutWork(geometry);
  const { tapBlocks, intoBlocks, outBlocks } = cut;
  const weightInvocations = window * tapBlocks * intoBlocks * outBlocks;
  const ofPart = weightInvocations + outBlocks;
  const parts: Parts = { weights, bias, count: chooseParts(ofPart) };
  const stage = kernel({
    name,
    bindings: { source: input, gradient: outputGradient, sums: partsBinding(parts) },
    invocations: () => parts.count * ofPart,
    limit: String(parts.count * ofPart),
    body: `
let part0 = index / ${ofPart};
let ofPart = index % ${ofPart};
let out0 = (ofPart % ${outBlocks}) * ${cut.out};
if (ofPart >= ${weightInvocations}) {
${biasSums(cut, geometry, parts)}
return;
}
${takeApart([["tapRow"], ["tapBlock", tapBlocks], ["intoBlock", intoBlocks], ["outBlock", outBlocks]]).replaceAll("index", "ofPart")}
let tap0 = tapBlock * ${cut.taps};
let into0 = intoBlock * ${cut.into};
${weightSums(cut, geometry, parts)}`,
    work: (count) => ((count * outputHeight) / parts.count) * outputWidth * 2 * cut.taps * cut.into * cut.out,
    scratchFloats: () => partsScratch(parts),
  });
  return [stage, ...sumOfParts(`${name} (sum of its parts)`, parts)];
}

function cutWork({ window, inputChannels, outputChannels }: WindowGeometry): Cut {
  const taps = unrolledTaps(window);
  const out = Math.min(outputChannels, 8, Math.floor(MOST_SUMS / taps));
  const into = Math.max(1, Math.min(inputChannels, 4, Math.floor(MOST_SUMS / (taps * out))));
  return {
    taps,
    into,
    out,
    tapBlocks: Math.ceil(window / taps),
    intoBlocks: Math.ceil(inputChannels / into),
    outBlocks: Math.ceil(outputChannels / out),
  };
}

function biasSums({ out }: Cut, { outputHeight, outputWidth, outputChannels }: WindowGeometry, parts: Parts): string {
  const body = `
var outer = row * ${outputWidth * outputChannels} + out0;
for (var column = 0; column < ${outputWidth}; column++) {
${repeat(out, (n) => `sum${n} += gradient[outer + ${n}];`)}
outer += ${outputChannels};
}`;
  return `
${repeat(out, (n) => `var sum${n} = 0.0;`)}
${overRowsOfPart(parts, outputHeight, body)}
${repeat(out, (n) => `if (out0 + ${n} < ${outputChannels}) { sums[${biasPlace(parts, `out0 + ${n}`)}] = sum${n}; }`)}`;
}

function weightSums(cut: Cut, geometry: WindowGeometry, parts: Parts): string {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputChannels, window, stride, top } = geometry;
  const beyondRows = top > 0 || (outputHeight - 1) * stride - top + window > inputHeight;
  const row = `
let y = outputRow * ${stride} + tapRow - ${top};
${beyondRows ? `if (y < 0 || y >= ${inputHeight}) { continue; }` : ""}
let line = (sample * ${inputHeight} + y) * ${inputWidth * inputChannels} + into0;
${alongRow(cut, geometry)}`;
  const store = (tap: number, into: number, out: number) => {
    const weight = `((tapRow * ${window} + tap0 + ${tap}) * ${inputChannels} + into0 + ${into}) * ${outputChannels} + out0 + ${out}`;
    const conditions = [
      ...(inputChannels % cut.into === 0 ? [] : [`into0 + ${into} < ${inputChannels}`]),
      ...(outputChannels % cut.out === 0 ? [] : [`out0 + ${out} < ${outputChannels}`]),
    ];
    const line = `sums[${weightPlace(parts, weight)}] = ${sum(tap, into, out)};`;
    return conditions.length === 0 ? line : `if (${conditions.join(" && ")}) { ${line} }`;
  };
  return `
${forEachSum(cut, (tap, into, out) => `var ${sum(tap, into, out)} = 0.0;`)}
${overRowsOfPart(parts, outputHeight, row)}
${forEachSum(cut, store)}`;
}

/** WGSL along one row of the output: the pixels under the taps move on by `stride`, those still under one stay. */
function alongRow(cut: Cut, geometry: WindowGeometry): string {
  const { outputWidth, outputChannels, stride } = geometry;
  const { taps, into, out } = cut;
  const fresh = Math.min(stride, taps);
  const kept = taps - fresh;
  const pixel = (tap: number, channel: number) => `pixel${tap}_${channel}`;
  return `
${repeat(taps, (tap) => repeat(into, (channel) => `var ${pixel(tap, channel)} = 0.0;`))}
${repeat(kept, (tap) => load(cut, geometry, pixel, fresh + tap, `${tap}`))}
var outer = row * ${outputWidth * outputChannels} + out0;
for (var column = 0; column < ${outputWidth}; column++) {
${repeat(kept, (tap) => repeat(into, (channel) => `${pixel(tap, channel)} = ${pixel(tap + fresh, channel)};`))}
${repeat(fresh, (tap) => load(cut, geometry, pixel, kept + tap, `column * ${stride} + ${kept + tap}`))}
${repeat(out, (n) => `let gradient${n} = gradient[outer + ${n}];`)}
${forEachSum(cut, (tap, channel, n) => `${sum(tap, channel, n)} += ${pixel(tap, channel)} * gradient${n};`)}
outer += ${outputChannels};
}`;
}

/** WGSL that loads the pixels at a column, counted from where the first tap of the block lies at output column 0. */
function load(
  { into }: Cut,
  { inputWidth, inputChannels, outputWidth, window, stride, left }: WindowGeometry,
  pixel: (tap: number, channel: number) => string,
  tap: number,
  column: string,
): string {
  const beyondColumns = left > 0 || (outputWidth - 1) * stride - left + window > inputWidth;
  return `{
let x = ${column} + tap0 - ${left};
${repeat(into, (channel) => {
  const value = `source[line + x * ${inputChannels} + ${channel}]`;
  return `${pixel(tap, channel)} = ${beyondColumns ? `select(0.0, ${value}, (x >= 0) & (x < ${inputWidth}))` : value};`;
})}
}`;
}

function sum(tap: number, into: number, out: number): string {
  return `sum${tap}_${into}_${out}`;
}

function forEachSum({ taps, into, out }: Cut, line: (tap: number, into: number, out: number) => string): string {
  return repeat(taps, (tap) => repeat(into, (i) => repeat(out, (o) => line(tap, i, o))));
}
