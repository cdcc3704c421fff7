import type { EngineTask, Preprocess } from "@convoy/engine";
import { elementCount, type ImageShape, imageShapeFor, resizedShape } from "@convoy/models";
import { type Kernel, perSample } from "./kernel.ts";
import { float, takeApart } from "./text.ts";

/** One invocation for each element of the network's input: bytes are padded, resized, cropped, reflected, normalised. */
export function preprocessKernel(name: string, { output }: Preprocess, { model, preprocessing }: EngineTask): Kernel {
  const [height, width, channels] = model.inputShape;
  const { mean, deviation, pad = 0 } = preprocessing;
  const image = imageShapeFor(preprocessing, model.inputShape);
  const resized = resizedShape(preprocessing, image);
  return perSample(elementCount(model.inputShape), {
    name,
    bindings: { samples: ["samples", "vec4<u32>"], pixels: ["pixels", "u32"], result: output },
    declarations: `
${pixelFunction(image)}
const scale = array<f32, ${channels}>(${deviation.map((value) => float(1 / (255 * value))).join(", ")});
const shift = array<f32, ${channels}>(${deviation.map((value, i) => float(-(mean[i] as number) / value)).join(", ")});`,
    body: `
${takeApart([["sample"], ["row", height], ["column", width], ["channel", channels]])}
let placement = samples[sample].zw;
let shownColumn = select(column, ${width - 1} - column, placement.y == 1u);
${axis("y", "row + i32(placement.x >> 16u)", image[0] + 2 * pad, resized[0], pad)}
${axis("x", "shownColumn + i32(placement.x & 0xffffu)", image[1] + 2 * pad, resized[1], pad)}
${
  resized[0] === image[0] + 2 * pad && resized[1] === image[1] + 2 * pad
    ? "let value = pixel(sample, yBefore, xBefore, channel);"
    : `let above = mix(pixel(sample, yBefore, xBefore, channel), pixel(sample, yBefore, xAfter, channel), xShare);
let below = mix(pixel(sample, yAfter, xBefore, channel), pixel(sample, yAfter, xAfter, channel), xShare);
let value = mix(above, below, yShare);`
}
var scales = scale;
var shifts = shift;
result[index] = value * scales[channel] + shifts[channel];`,
    work: 40,
  });
}

/** Four bytes share a word, the first of them in its lowest bits. Outside the picture all is black. */
function pixelFunction([height, width, channels]: ImageShape): string {
  return `
fn pixel(sample: i32, row: i32, column: i32, channel: i32) -> f32 {
  if (row < 0 || row >= ${height} || column < 0 || column >= ${width}) { return 0.0; }
  let at = ((sample * ${height} + row) * ${width} + column) * ${channels} + channel;
  return f32((pixels[at / 4] >> (u32(at % 4) * 8u)) & 255u);
}`;
}

/**
 * WGSL of `resamplingTaps`: neighbours `…Before` and `…After` in the picture without its padding, and `…Share`. In whole
 * numbers of 1 / (2 · to), so that no rounding moves a tap.
 */
function axis(name: string, position: string, from: number, to: number, pad: number): string {
  return `
let ${name}Place = clamp((2 * (${position}) + 1) * ${from} - ${to}, 0, ${(from - 1) * 2 * to});
let ${name}Before = ${name}Place / ${2 * to} - ${pad};
let ${name}After = min(${name}Before + 1, ${from - 1 - pad});
let ${name}Share = f32(${name}Place % ${2 * to}) / ${2 * to}.0;`;
}
