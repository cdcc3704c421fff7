/** Between the canonical order of a tensor, positions × inputs × outputs, and PyTorch's, outputs × inputs × positions. */
import { PIECE_ELEMENTS } from "./file-content.ts";
import type { PytorchTensor } from "./pytorch-tensors.ts";

/** The tensor in PyTorch's order, in pieces of whole outputs. `parameters` is the flat vector, which is only read. */
export function* toPytorchOrder(parameters: Float32Array, tensor: PytorchTensor): Iterable<Float32Array> {
  const { entry, outputs, inputs, positions } = tensor;
  const canonical = parameters.subarray(entry.offset, entry.offset + entry.length);
  for (const [first, count] of outputBlocks(tensor)) {
    const piece = new Float32Array(count * inputs * positions);
    for (let position = 0; position < positions; position++) {
      for (let input = 0; input < inputs; input++) {
        const from = (position * inputs + input) * outputs + first;
        const to = input * positions + position;
        for (let i = 0; i < count; i++) piece[to + i * inputs * positions] = canonical[from + i] as number;
      }
    }
    yield piece;
  }
}

/** Writes a tensor that has PyTorch's order to its place in the flat vector. */
export function fromPytorchOrder(values: Float32Array, tensor: PytorchTensor, parameters: Float32Array): void {
  const { entry, outputs, inputs, positions } = tensor;
  const canonical = parameters.subarray(entry.offset, entry.offset + entry.length);
  for (const [first, count] of outputBlocks(tensor)) {
    const piece = values.subarray(first * inputs * positions, (first + count) * inputs * positions);
    for (let position = 0; position < positions; position++) {
      for (let input = 0; input < inputs; input++) {
        const to = (position * inputs + input) * outputs + first;
        const from = input * positions + position;
        for (let i = 0; i < count; i++) canonical[to + i] = piece[from + i * inputs * positions] as number;
      }
    }
  }
}

/** A few outputs at a time: whole columns of a large matrix would miss the processor's cache at every element. */
function* outputBlocks({
  outputs,
  inputs,
  positions,
}: PytorchTensor): Iterable<readonly [first: number, count: number]> {
  const most = Math.max(1, Math.floor(PIECE_ELEMENTS / (inputs * positions)));
  for (let first = 0; first < outputs; first += most) yield [first, Math.min(most, outputs - first)];
}
