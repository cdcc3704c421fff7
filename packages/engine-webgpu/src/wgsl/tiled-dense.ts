import type { Dense, DenseInputGradient, DenseParameterGradient } from "@convoy/engine";
import { activationFunctions, backThrough, throughBinding } from "./activation.ts";
import type { Kernel } from "./kernel.ts";
import { isFours, matrix, onesFrom, storeOutput, storeParameterGradient, typed } from "./tiled-operands.ts";
import { fixedSize, perSampleSize, tiledProductKernels } from "./tiled-product.ts";

export function tiledDense(name: string, operation: Dense): Kernel[][] {
  const { input, output, inputCount, outputCount, weights, bias, activation } = operation;
  const weightsInFours = isFours(outputCount, weights.offset);
  const weightsBinding = { parameters: typed("parameters", weightsInFours) };
  return tiledProductKernels({
    name,
    bindings: { source: typed(input, isFours(inputCount)), ...weightsBinding },
    declarations: activationFunctions(activation),
    rows: perSampleSize(1),
    columns: outputCount,
    inner: fixedSize(inputCount),
    left: matrix("source", { along: "inner", outerStep: inputCount, innerStep: 1, fours: isFours(inputCount) }),
    right: matrix("parameters", {
      along: "outer",
      outerStep: 1,
      innerStep: outputCount,
      offset: weights.offset,
      fours: weightsInFours,
    }),
    target: { ...weightsBinding, result: output },
    store: storeOutput(outputCount, bias, activation, weightsInFours),
  });
}

export function tiledDenseInputGradient(name: string, operation: DenseInputGradient): Kernel[][] {
  const { outputGradient, inputGradient, through, inputCount, outputCount, weights } = operation;
  const fours = isFours(outputCount, weights.offset);
  return tiledProductKernels({
    name,
    bindings: { gradient: typed(outputGradient, fours), parameters: typed("parameters", fours) },
    rows: perSampleSize(1),
    columns: inputCount,
    inner: fixedSize(outputCount),
    left: matrix("gradient", { along: "inner", outerStep: outputCount, innerStep: 1, fours }),
    right: matrix("parameters", {
      along: "inner",
      outerStep: outputCount,
      innerStep: 1,
      offset: weights.offset,
      fours,
    }),
    target: { result: inputGradient, ...throughBinding(through) },
    store: (value, row, column) => {
      const at = `${row} * ${inputCount} + ${column}`;
      return `result[${at}] = ${backThrough(through, value, at)};`;
    },
  });
}

/** One row more, whose input is always 1, gives the gradient of the bias. */
export function tiledDenseParameterGradient(name: string, operation: DenseParameterGradient): Kernel[][] {
  const { input, outputGradient, inputCount, outputCount, weights, bias } = operation;
  const [inputsInFours, outputsInFours] = [isFours(inputCount), isFours(outputCount)];
  return tiledProductKernels({
    name,
    bindings: { source: typed(input, inputsInFours), gradient: typed(outputGradient, outputsInFours) },
    rows: fixedSize(inputCount + 1),
    columns: outputCount,
    inner: perSampleSize(1),
    left: onesFrom(
      inputCount,
      matrix("source", { along: "outer", outerStep: 1, innerStep: inputCount, fours: inputsInFours }),
    ),
    right: matrix("gradient", { along: "outer", outerStep: 1, innerStep: outputCount, fours: outputsInFours }),
    target: { results: "results" },
    store: storeParameterGradient(inputCount, outputCount, weights, bias),
  });
}
