import type { ExtremePool, ExtremePoolGradient, WindowGeometry } from "@convoy/engine";
import { backThrough, throughBinding } from "./activation.ts";
import { type Kernel, perSample, type Resource } from "./kernel.ts";
import { takeApart } from "./text.ts";

/** The same pool, whatever is pooled. */
export interface Pooled extends Pick<ExtremePool, "extreme" | "geometry" | "output" | "places"> {
  readonly input: Resource;
}

/** One invocation for each output: the first extreme of its window. */
export function extremePoolKernel(name: string, { extreme, geometry, input, output, places }: Pooled): Kernel {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  return perSample(outputHeight * outputWidth * inputChannels, {
    name,
    bindings: { source: input, result: output, places: [places, "u32"] },
    body: `
${takeApart([["sample"], ["row", outputHeight], ["column", outputWidth], ["channel", inputChannels]])}
var best = 0.0;
var place = -1;
for (var tapRow = 0; tapRow < ${window}; tapRow++) {
  let y = row * ${stride} + tapRow - ${top};
  if (y < 0 || y >= ${inputHeight}) { continue; }
  for (var tapColumn = 0; tapColumn < ${window}; tapColumn++) {
    let x = column * ${stride} + tapColumn - ${left};
    if (x < 0 || x >= ${inputWidth}) { continue; }
    let value = source[((sample * ${inputHeight} + y) * ${inputWidth} + x) * ${inputChannels} + channel];
    if (place < 0 || value ${extreme === "max" ? ">" : "<"} best) {
      best = value;
      place = tapRow * ${window} + tapColumn;
    }
  }
}
result[index] = best;
places[index] = u32(place);`,
    work: window * window,
  });
}

/** One invocation for each input: what the windows give that have chosen it. */
export function extremePoolGradientKernel(name: string, operation: ExtremePoolGradient): Kernel {
  const { geometry, places, outputGradient, inputGradient, through } = operation;
  return perSample(geometry.inputHeight * geometry.inputWidth * geometry.inputChannels, {
    name,
    bindings: {
      gradient: outputGradient,
      places: [places, "u32"],
      result: inputGradient,
      ...throughBinding(through),
    },
    body: overWindowsOfInput(
      geometry,
      `let place = u32((y - row * ${geometry.stride}) * ${geometry.window} + x - column * ${geometry.stride});
    sum += select(0.0, gradient[outer], places[outer] == place);`,
      backThrough(through, "sum", "index"),
    ),
    work: 2 * Math.ceil(geometry.window / geometry.stride) ** 2,
  });
}

/**
 * WGSL that adds something to `sum` for each window that the input `index` lies in, and stores what becomes of it. The
 * window is that of output `row`, `column`, element `outer` of the output; the input is at place `y − row · stride`,
 * `x − column · stride` of it.
 */
export function overWindowsOfInput(geometry: WindowGeometry, add: string, stored: string): string {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  const first = (position: string) => `max(0, (${position} - ${window - stride}) / ${stride})`;
  return `
${takeApart([["sample"], ["inputRow", inputHeight], ["inputColumn", inputWidth], ["channel", inputChannels]])}
let y = inputRow + ${top};
let x = inputColumn + ${left};
var sum = 0.0;
for (var row = ${first("y")}; row <= min(${outputHeight - 1}, y / ${stride}); row++) {
  for (var column = ${first("x")}; column <= min(${outputWidth - 1}, x / ${stride}); column++) {
    let outer = ((sample * ${outputHeight} + row) * ${outputWidth} + column) * ${inputChannels} + channel;
    ${add}
  }
}
result[index] = ${stored};`;
}
