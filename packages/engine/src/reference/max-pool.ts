import { addAt, at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";
import type { WindowGeometry } from "./window-geometry.ts";

/**
 * Every output is the largest value of its window; pixels outside the image do not take part. The gradient goes to
 * that value alone: of equal values, to the first by rows (as in PyTorch).
 */
export function maxPool(geometry: WindowGeometry): ReferenceLayer {
  const outputCount = geometry.outputHeight * geometry.outputWidth * geometry.outputChannels;
  return {
    forward(input) {
      const output = new Float64Array(outputCount);
      for (let i = 0; i < outputCount; i++) output[i] = at(input, indexOfLargest(geometry, input, i));
      return output;
    },

    backward(input, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      for (let i = 0; i < outputCount; i++) {
        addAt(inputGradient, indexOfLargest(geometry, input, i), at(outputGradient, i));
      }
      return inputGradient;
    },
  };
}

/** The index of the input that output `outputIndex` takes its value from. */
function indexOfLargest(geometry: WindowGeometry, input: Float64Array, outputIndex: number): number {
  const { inputHeight, inputWidth, inputChannels, outputWidth, window, stride } = geometry;
  const channel = outputIndex % inputChannels;
  const column = Math.floor(outputIndex / inputChannels) % outputWidth;
  const row = Math.floor(outputIndex / inputChannels / outputWidth);
  let largest = -1;
  for (let tapRow = 0; tapRow < window; tapRow++) {
    for (let tapColumn = 0; tapColumn < window; tapColumn++) {
      const y = row * stride + tapRow - geometry.top;
      const x = column * stride + tapColumn - geometry.left;
      if (y < 0 || y >= inputHeight || x < 0 || x >= inputWidth) continue;
      const index = (y * inputWidth + x) * inputChannels + channel;
      if (largest === -1 || at(input, index) > at(input, largest)) largest = index;
    }
  }
  return largest;
}
