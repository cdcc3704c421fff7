import type { Dense, DenseInputGradient, DenseParameterGradient } from "@convoy/engine";
import type { Run } from "../step.ts";
import { ACTIVATION_CODES, type Workplace } from "./workplace.ts";

export function prepareDense(place: Workplace, operation: Dense): Run {
  const { kernels, layout } = place;
  const { inputCount, outputCount, activation } = operation;
  const input = place.addressOf(operation.input);
  const output = place.addressOf(operation.output);
  const weights = layout.parameters + 4 * operation.weights.offset;
  const bias = layout.parameters + 4 * operation.bias.offset;
  const relu = activation === "relu" ? 1 : 0;
  const activate = activation === null || relu === 1 ? null : ACTIVATION_CODES[activation];
  return ({ count }) => {
    kernels.dense(input, weights, bias, output, count, inputCount, outputCount, relu, layout.tileScratch);
    if (activate !== null) kernels.activate(output, output, count * outputCount, activate);
  };
}

export function prepareDenseParameterGradient(place: Workplace, operation: DenseParameterGradient): Run {
  const { kernels, layout } = place;
  const { inputCount, outputCount } = operation;
  const input = place.addressOf(operation.input);
  const outputGradient = place.addressOf(operation.outputGradient);
  const weights = layout.gradient + 4 * operation.weights.offset;
  const bias = layout.gradient + 4 * operation.bias.offset;
  const scratch = layout.factorScratch;
  return ({ count, accumulate }) =>
    kernels.denseParameterGradient(
      input,
      outputGradient,
      weights,
      bias,
      count,
      inputCount,
      outputCount,
      accumulate ? 1 : 0,
      scratch,
    );
}

export function prepareDenseInputGradient(place: Workplace, operation: DenseInputGradient): Run {
  const { kernels, layout } = place;
  const { inputCount, outputCount } = operation;
  const outputGradient = place.addressOf(operation.outputGradient);
  const inputGradient = place.addressOf(operation.inputGradient);
  const weights = layout.parameters + 4 * operation.weights.offset;
  return ({ count }) =>
    kernels.denseInputGradient(
      outputGradient,
      weights,
      inputGradient,
      count,
      inputCount,
      outputCount,
      layout.tileScratch,
    );
}
