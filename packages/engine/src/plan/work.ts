import { unreachable } from "@convoy/foundation";
import type { WindowGeometry } from "../window-geometry.ts";
import type { Operation } from "./plan.ts";

/**
 * Floating-point operations of one sample, a product and its addition counted as two, as papers count them; taps that
 * fall into the padding are counted too. Of layers without parameters only an estimate: about one for each element read.
 */
export function floatingPointOperations(operation: Operation): number {
  switch (operation.type) {
    case "convolution":
    case "convolution-parameter-gradient":
    case "convolution-input-gradient":
      return 2 * windowCount(operation.geometry) * operation.geometry.inputChannels * operation.geometry.outputChannels;
    case "dense":
    case "dense-parameter-gradient":
    case "dense-input-gradient":
      return 2 * operation.inputCount * operation.outputCount;
    case "extreme-pool":
    case "average-pool":
    case "average-pool-gradient":
      return windowCount(operation.geometry) * operation.geometry.outputChannels;
    case "extreme-pool-gradient":
      return operation.geometry.outputHeight * operation.geometry.outputWidth * operation.geometry.outputChannels;
    case "adaptive-average-pool":
    case "adaptive-average-pool-gradient":
      return operation.inputShape.reduce((product, size) => product * size, 1);
    case "normalization":
    case "normalization-gradient":
      return operation.pixels * operation.channels * operation.size;
    case "preprocess":
    case "activation":
    case "activation-gradient":
    case "dropout":
    case "dropout-gradient":
      return operation.elements;
    case "loss":
      return 3 * operation.classCount;
    default:
      return unreachable(operation);
  }
}

/** Taps of all windows together, for one channel in and one out. */
function windowCount({ outputHeight, outputWidth, window }: WindowGeometry): number {
  return outputHeight * outputWidth * window * window;
}
