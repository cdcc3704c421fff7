import { forEachPixel, type WindowGeometry } from "../window-geometry.ts";
import { addAt, at } from "./elements.ts";
import type { ReferenceLayer } from "./reference-layer.ts";

/**
 * Every output is the largest (or smallest) value of its window; pixels outside the image do not take part. The
 * gradient goes to that value alone: of equal values, to the first by rows (as in PyTorch).
 */
export function extremePool(geometry: WindowGeometry, extreme: "largest" | "smallest"): ReferenceLayer {
  const isBetter = extreme === "largest" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  const outputCount = geometry.outputHeight * geometry.outputWidth * geometry.outputChannels;
  return {
    forward(input) {
      const output = new Float64Array(outputCount);
      for (let i = 0; i < outputCount; i++) output[i] = at(input, indexOfExtreme(geometry, isBetter, input, i));
      return output;
    },

    backward(input, outputGradient) {
      const inputGradient = new Float64Array(input.length);
      for (let i = 0; i < outputCount; i++) {
        addAt(inputGradient, indexOfExtreme(geometry, isBetter, input, i), at(outputGradient, i));
      }
      return inputGradient;
    },
  };
}

/** The index of the input that output `outputIndex` takes its value from. */
function indexOfExtreme(
  geometry: WindowGeometry,
  isBetter: (candidate: number, best: number) => boolean,
  input: Float64Array,
  outputIndex: number,
): number {
  let best = -1;
  forEachPixel(geometry, outputIndex, (index) => {
    if (best === -1 || isBetter(at(input, index), at(input, best))) best = index;
  });
  return best;
}
