import { type Dropout, type DropoutGradient, dropoutThreshold } from "@convoy/engine";
import { backThrough, throughBinding } from "./activation.ts";
import { type Kernel, perSample, type Resource } from "./kernel.ts";
import { philox } from "./philox.ts";
import { float, repeat } from "./text.ts";

/** Random numbers come in blocks of four. */
const BLOCK = 4;

/** In evaluation, a copy. */
export function dropoutKernel(name: string, { layer, input, output, elements, rate }: Dropout): Kernel {
  return drop(name, { layer, elements, rate }, { source: input, result: output }, (value) => value);
}

/** The same numbers are drawn again. */
export function dropoutGradientKernel(name: string, operation: DropoutGradient): Kernel {
  const { outputGradient, inputGradient, through } = operation;
  const bindings = { source: outputGradient, result: inputGradient, ...throughBinding(through) };
  return drop(name, operation, bindings, (value, at) => backThrough(through, value, at));
}

/** One invocation for each block of numbers. */
function drop(
  name: string,
  { layer, elements, rate }: { layer: number; elements: number; rate: number },
  bindings: Readonly<Record<string, Resource>>,
  stored: (value: string, at: string) => string,
): Kernel {
  const blocks = Math.ceil(elements / BLOCK);
  const threshold = dropoutThreshold(rate);
  // A rate just below one rounds to 2³², which no 32-bit number reaches.
  const isKept = (lane: number) => (threshold < 2 ** 32 ? `random[${lane}] >= ${threshold}u` : "false");
  const store = (lane: number) => `
if (element + ${lane} < ${elements}) {
  let at = sample * ${elements} + element + ${lane};
  let value = select(source[at], select(0.0, source[at] * ${float(1 / (1 - rate))}, ${isKept(lane)}), batch.training != 0u);
  result[at] = ${stored("value", "at")};
}`;
  return perSample(blocks, {
    name,
    bindings: { samples: ["samples", "vec4<u32>"], ...bindings },
    declarations: philox("dropout", layer),
    body: `
let sample = index / ${blocks};
let block = index % ${blocks};
let element = block * ${BLOCK};
let random = draw(u32(block), samples[sample].y);
${repeat(BLOCK, store)}`,
    work: 200,
  });
}
