import type { ImageShape } from "@convoy/models";
import { forEachPixel, type WindowGeometry } from "../window-geometry.ts";
import { addAt, at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";

/** Every output is the mean of its window: of all its places, or of those inside the image only. */
export function averagePool(geometry: WindowGeometry, countPadding: boolean): ReferenceLayer {
  const { outputHeight, outputWidth, outputChannels, window } = geometry;
  return meanOf(outputHeight * outputWidth * outputChannels, (outputIndex) => {
    const pixels: number[] = [];
    forEachPixel(geometry, outputIndex, (inputIndex) => pixels.push(inputIndex));
    return { pixels, divisor: countPadding ? window * window : pixels.length };
  });
}

/** Output row i is the mean from input row ⌊i·H/h⌋ to ⌈(i + 1)·H/h⌉ (exclusive); columns alike. */
export function adaptiveAveragePool(input: ImageShape, output: ImageShape): ReferenceLayer {
  const [, inputWidth, channels] = input;
  const [outputHeight, outputWidth] = output;
  const span = (i: number, from: number, to: number) => [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
  return meanOf(outputHeight * outputWidth * channels, (outputIndex) => {
    const column = Math.floor(outputIndex / channels) % outputWidth;
    const row = Math.floor(outputIndex / channels / outputWidth);
    const [top, bottom] = span(row, input[0], outputHeight) as [number, number];
    const [left, right] = span(column, inputWidth, outputWidth) as [number, number];
    const pixels: number[] = [];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) pixels.push((y * inputWidth + x) * channels + (outputIndex % channels));
    }
    return { pixels, divisor: pixels.length };
  });
}

interface Mean {
  /** Indices of the input. */
  readonly pixels: readonly number[];
  readonly divisor: number;
}

function meanOf(outputCount: number, meanAt: (outputIndex: number) => Mean): ReferenceLayer {
  return {
    forward(input) {
      const output = new Float64Array(outputCount);
      for (let i = 0; i < outputCount; i++) {
        const { pixels, divisor } = meanAt(i);
        for (const pixel of pixels) addAt(output, i, at(input, pixel) / divisor);
      }
      return output;
    },

    backward(input, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      for (let i = 0; i < outputCount; i++) {
        const { pixels, divisor } = meanAt(i);
        for (const pixel of pixels) addAt(inputGradient, pixel, at(outputGradient, i) / divisor);
      }
      return inputGradient;
    },
  };
}
