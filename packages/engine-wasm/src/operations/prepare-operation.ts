import type { BackwardOperation, ForwardOperation } from "@convoy/engine";
import { unreachable } from "@convoy/foundation";
import type { Run } from "../step.ts";
import {
  prepareConvolution,
  prepareConvolutionInputGradient,
  prepareConvolutionParameterGradient,
} from "./convolution.ts";
import { prepareDense, prepareDenseInputGradient, prepareDenseParameterGradient } from "./dense.ts";
import { prepareActivation, prepareActivationGradient, prepareDropout, prepareDropoutGradient } from "./elements.ts";
import { prepareExtremePool, prepareExtremePoolGradient } from "./extreme-pool.ts";
import { prepareLoss } from "./loss.ts";
import { prepareMeanPool, prepareMeanPoolGradient } from "./mean-pool.ts";
import { prepareNormalization, prepareNormalizationGradient } from "./normalization.ts";
import { preparePreprocessing } from "./preprocessing.ts";
import { ACTIVATION_CODES, type Workplace } from "./workplace.ts";

/** An operation as a function that looks nothing up and allocates nothing. */
export function prepareOperation(place: Workplace, operation: ForwardOperation | BackwardOperation): Run {
  const run = prepare(place, operation);
  if (!("through" in operation) || operation.through === null) return run;
  const { activation, output } = operation.through;
  const gradient = place.addressOf(operation.type === "loss" ? operation.logitsGradient : operation.inputGradient);
  const y = place.addressOf(output);
  const elements = place.strideOf(output) / 4;
  const code = ACTIVATION_CODES[activation];
  return (part) => {
    run(part);
    place.kernels.multiplyBySlope(gradient, y, part.count * elements, code);
  };
}

function prepare(place: Workplace, operation: ForwardOperation | BackwardOperation): Run {
  switch (operation.type) {
    case "preprocess":
      return preparePreprocessing(place, operation);
    case "convolution":
      return prepareConvolution(place, operation);
    case "convolution-parameter-gradient":
      return prepareConvolutionParameterGradient(place, operation);
    case "convolution-input-gradient":
      return prepareConvolutionInputGradient(place, operation);
    case "dense":
      return prepareDense(place, operation);
    case "dense-parameter-gradient":
      return prepareDenseParameterGradient(place, operation);
    case "dense-input-gradient":
      return prepareDenseInputGradient(place, operation);
    case "extreme-pool":
      return prepareExtremePool(place, operation);
    case "extreme-pool-gradient":
      return prepareExtremePoolGradient(place, operation);
    case "average-pool":
    case "adaptive-average-pool":
      return prepareMeanPool(place, operation);
    case "average-pool-gradient":
    case "adaptive-average-pool-gradient":
      return prepareMeanPoolGradient(place, operation);
    case "activation":
      return prepareActivation(place, operation);
    case "activation-gradient":
      return prepareActivationGradient(place, operation);
    case "normalization":
      return prepareNormalization(place, operation);
    case "normalization-gradient":
      return prepareNormalizationGradient(place, operation);
    case "dropout":
      return prepareDropout(place, operation);
    case "dropout-gradient":
      return prepareDropoutGradient(place, operation);
    case "loss":
      return prepareLoss(place, operation);
    default:
      return unreachable(operation);
  }
}
