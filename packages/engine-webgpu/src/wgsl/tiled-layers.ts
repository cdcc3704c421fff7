import type { Operation } from "@convoy/engine";
import type { Kernel } from "./kernel.ts";
import {
  tiledConvolution,
  tiledConvolutionInputGradient,
  tiledConvolutionParameterGradient,
} from "./tiled-convolution.ts";
import { tiledDense, tiledDenseInputGradient, tiledDenseParameterGradient } from "./tiled-dense.ts";

/** Ways to do the same operations as products of large matrices; none for those that are no such product. */
export function tiledKernels(name: string, operation: Operation): Kernel[][] {
  switch (operation.type) {
    case "dense":
      return tiledDense(name, operation);
    case "dense-input-gradient":
      return tiledDenseInputGradient(name, operation);
    case "dense-parameter-gradient":
      return tiledDenseParameterGradient(name, operation);
    case "convolution":
      return tiledConvolution(name, operation);
    case "convolution-input-gradient":
      return tiledConvolutionInputGradient(name, operation);
    case "convolution-parameter-gradient":
      return tiledConvolutionParameterGradient(name, operation);
    default:
      return [];
  }
}
