import type { WindowGeometry } from "../window-geometry.ts";
import { addAt, at } from "./elements.ts";
import type { LayerTensors, ReferenceLayer } from "./reference-layer.ts";

/** Every output is the sum of a window of the input times a filter, plus a bias. Pixels outside the image are zero. */
export function convolution(
  geometry: WindowGeometry,
  parameters: LayerTensors,
  gradient: LayerTensors,
): ReferenceLayer {
  return {
    forward(input) {
      const output = new Float64Array(geometry.outputHeight * geometry.outputWidth * geometry.outputChannels);
      for (let i = 0; i < output.length; i++) output[i] = at(parameters.bias, i % geometry.outputChannels);
      forEachProduct(geometry, (inputIndex, weightIndex, outputIndex) => {
        addAt(output, outputIndex, at(input, inputIndex) * at(parameters.weights, weightIndex));
      });
      return output;
    },

    backward(input, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      for (let i = 0; i < outputGradient.length; i++) {
        addAt(gradient.bias, i % geometry.outputChannels, at(outputGradient, i));
      }
      forEachProduct(geometry, (inputIndex, weightIndex, outputIndex) => {
        const outer = at(outputGradient, outputIndex);
        addAt(gradient.weights, weightIndex, at(input, inputIndex) * outer);
        addAt(inputGradient, inputIndex, at(parameters.weights, weightIndex) * outer);
      });
      return inputGradient;
    },
  };
}

/** Visits each product `input × weight` that is added to an output. */
function forEachProduct(
  geometry: WindowGeometry,
  visit: (inputIndex: number, weightIndex: number, outputIndex: number) => void,
): void {
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels, window } = geometry;
  for (let row = 0; row < outputHeight; row++) {
    for (let column = 0; column < outputWidth; column++) {
      for (let tapRow = 0; tapRow < window; tapRow++) {
        for (let tapColumn = 0; tapColumn < window; tapColumn++) {
          const y = row * geometry.stride + tapRow - geometry.top;
          const x = column * geometry.stride + tapColumn - geometry.left;
          if (y < 0 || y >= inputHeight || x < 0 || x >= inputWidth) continue;
          for (let inputChannel = 0; inputChannel < inputChannels; inputChannel++) {
            const inputIndex = (y * inputWidth + x) * inputChannels + inputChannel;
            const tap = (tapRow * window + tapColumn) * inputChannels + inputChannel;
            for (let outputChannel = 0; outputChannel < outputChannels; outputChannel++) {
              const outputIndex = (row * outputWidth + column) * outputChannels + outputChannel;
              visit(inputIndex, tap * outputChannels + outputChannel, outputIndex);
            }
          }
        }
      }
    }
  }
}
