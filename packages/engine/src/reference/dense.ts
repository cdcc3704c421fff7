import { addAt, at } from "./elements.ts";
import type { LayerTensors, ReferenceLayer } from "./reference-layer.ts";

/** output = input · weights + bias, with weights inputs × outputs. */
export function dense(parameters: LayerTensors, gradient: LayerTensors): ReferenceLayer {
  const outputCount = parameters.bias.length;
  return {
    forward(input) {
      const output = Float64Array.from(parameters.bias);
      for (let i = 0; i < input.length; i++) {
        for (let o = 0; o < outputCount; o++) {
          addAt(output, o, at(input, i) * at(parameters.weights, i * outputCount + o));
        }
      }
      return output;
    },

    backward(input, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      for (let o = 0; o < outputCount; o++) addAt(gradient.bias, o, at(outputGradient, o));
      for (let i = 0; i < input.length; i++) {
        for (let o = 0; o < outputCount; o++) {
          addAt(gradient.weights, i * outputCount + o, at(input, i) * at(outputGradient, o));
          addAt(inputGradient, i, at(parameters.weights, i * outputCount + o) * at(outputGradient, o));
        }
      }
      return inputGradient;
    },
  };
}
