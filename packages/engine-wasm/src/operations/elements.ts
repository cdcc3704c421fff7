import {
  type ActivationAlone,
  type ActivationGradient,
  type Dropout,
  type DropoutGradient,
  dropoutThreshold,
} from "@convoy/engine";
import { assert, purposes } from "@convoy/foundation";
import type { Part, Run } from "../step.ts";
import { ACTIVATION_CODES, type Workplace } from "./workplace.ts";

export function prepareActivation(place: Workplace, operation: ActivationAlone): Run {
  const input = place.addressOf(operation.input);
  const output = place.addressOf(operation.output);
  const code = ACTIVATION_CODES[operation.activation];
  return ({ count }) => place.kernels.activate(input, output, count * operation.elements, code);
}

export function prepareActivationGradient(place: Workplace, operation: ActivationGradient): Run {
  const { kernels, memory } = place;
  const outputGradient = place.addressOf(operation.outputGradient);
  const inputGradient = place.addressOf(operation.inputGradient);
  const output = place.addressOf(operation.output);
  const code = ACTIVATION_CODES[operation.activation];
  const bytes = new Uint8Array(memory.buffer);
  return ({ count }) => {
    const elements = count * operation.elements;
    bytes.copyWithin(inputGradient, outputGradient, outputGradient + 4 * elements);
    kernels.multiplyBySlope(inputGradient, output, elements, code);
  };
}

export function prepareDropout(place: Workplace, operation: Dropout): Run {
  const { memory } = place;
  const input = place.addressOf(operation.input);
  const output = place.addressOf(operation.output);
  const bytes = new Uint8Array(memory.buffer);
  const drop = prepareMask(place, operation, input, output);
  return (part) => {
    if (part.training) drop(part);
    else bytes.copyWithin(output, input, input + 4 * part.count * operation.elements);
  };
}

export function prepareDropoutGradient(place: Workplace, operation: DropoutGradient): Run {
  const { outputGradient, inputGradient } = operation;
  return prepareMask(place, operation, place.addressOf(outputGradient), place.addressOf(inputGradient));
}

/** The same mask for values and their gradients. */
function prepareMask(
  { kernels }: Workplace,
  { layer, elements, rate }: Dropout | DropoutGradient,
  input: number,
  output: number,
): Run {
  const threshold = dropoutThreshold(rate);
  const scale = 1 / (1 - rate);
  const purposeAndLayer = (layer << 8) | purposes.dropout;
  return ({ batch: { draws }, count, first }: Part) => {
    assert(draws !== undefined, "a batch to train with dropout names its random numbers");
    const { seed, epoch, samples } = draws;
    const seedHigh = Math.floor(seed / 2 ** 32);
    for (let i = 0; i < count; i++) {
      kernels.dropout(
        input + 4 * i * elements,
        output + 4 * i * elements,
        elements,
        threshold,
        scale,
        samples[first + i] as number,
        purposeAndLayer,
        epoch,
        seed,
        seedHigh,
      );
    }
  };
}
