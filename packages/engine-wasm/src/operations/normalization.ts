import type { Normalization, NormalizationGradient } from "@convoy/engine";
import { channelRow } from "../memory-layout.ts";
import type { Run } from "../step.ts";
import type { Workplace } from "./workplace.ts";

export function prepareNormalization(place: Workplace, operation: Normalization): Run {
  const { pixels, channels, size, bias, alpha, beta } = operation;
  const input = place.addressOf(operation.input);
  const output = place.addressOf(operation.output);
  const reach = (size - 1) / 2;
  const squares = place.layout.channelScratch;
  return ({ count }) =>
    place.kernels.normalize(input, output, count * pixels, channels, reach, bias, alpha, beta, squares);
}

export function prepareNormalizationGradient(place: Workplace, operation: NormalizationGradient): Run {
  const { pixels, channels, size, bias, alpha, beta } = operation;
  const input = place.addressOf(operation.input);
  const outputGradient = place.addressOf(operation.outputGradient);
  const inputGradient = place.addressOf(operation.inputGradient);
  const reach = (size - 1) / 2;
  const squares = place.layout.channelScratch;
  const shared = squares + channelRow(channels, size);
  return ({ count }) =>
    place.kernels.normalizeGradient(
      input,
      outputGradient,
      inputGradient,
      count * pixels,
      channels,
      reach,
      bias,
      alpha,
      beta,
      squares,
      shared,
    );
}
