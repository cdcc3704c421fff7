import { elementCount, formatShape, type ModelSpecification, parameterLayout } from "@convoy/models";
import { ModelFileError } from "../model-file-error.ts";
import { type PytorchTensor, pytorchTensors } from "../pytorch-tensors.ts";
import { fromPytorchOrder } from "../transpose.ts";
import { numberType, readableTypes } from "./number-types.ts";
import { parseSafetensorsHeader } from "./parse-header.ts";
import type { TensorHeader } from "./safetensors-header.ts";

/** Names that a sentence lists. */
const LISTED = 4;

/**
 * The flat vector of a model from a safetensors file with PyTorch's names and layouts, as `writeSafetensors` and
 * PyTorch's users write it: in any order, with any metadata, in single, double or half precision.
 *
 * Throws a ModelFileError that names the tensor and what was expected of it.
 */
export function readSafetensors(file: Uint8Array, model: ModelSpecification): Float32Array {
  const { tensors, data } = parseSafetensorsHeader(file);
  const expected = pytorchTensors(model);
  checkNames([...tensors.keys()], expected);
  const parameters = new Float32Array(parameterLayout(model).length);
  for (const tensor of expected) {
    const values = readTensor(tensor, tensors.get(tensor.name) as TensorHeader, data);
    fromPytorchOrder(values, tensor, parameters);
  }
  return parameters;
}

function checkNames(found: readonly string[], expected: readonly PytorchTensor[]): void {
  const names = expected.map(({ name }) => name);
  const missing = names.find((name) => !found.includes(name));
  if (missing !== undefined) {
    const listed = found.slice(0, LISTED).join(", ") + (found.length > LISTED ? " and others" : "");
    throw new ModelFileError(
      `has no tensor ${missing}, one of the ${names.length} of this network; ${found.length === 0 ? "it has none" : `it has ${listed}`}`,
    );
  }
  const foreign = found.find((name) => !names.includes(name));
  if (foreign !== undefined) {
    throw new ModelFileError(
      `has a tensor ${foreign}, which this network has not: its tensors are ${names.join(", ")}`,
    );
  }
}

function readTensor(
  tensor: PytorchTensor,
  { dtype, shape, data_offsets }: TensorHeader,
  data: Uint8Array,
): Float32Array {
  const { name } = tensor;
  const type = numberType(dtype);
  if (type === undefined) {
    throw new ModelFileError(`has numbers of the type ${dtype} in its tensor ${name}; ${readableTypes} can be read`);
  }
  if (formatShape(shape) !== formatShape(tensor.shape)) {
    throw new ModelFileError(
      `has a tensor ${name} of the shape ${formatShape(shape) || "()"}, and ${formatShape(tensor.shape)} is expected`,
    );
  }
  const [begin, end] = data_offsets;
  const count = elementCount(shape);
  if (end - begin !== count * type.bytes) {
    throw new ModelFileError(
      `is damaged: its tensor ${name} takes ${end - begin} bytes, and ${count} numbers of the type ${dtype} take ${count * type.bytes}`,
    );
  }
  const view = new DataView(data.buffer, data.byteOffset + begin, end - begin);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.bytes);
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    const value = type.read(view, odd * type.bytes);
    throw new ModelFileError(
      `has the value ${value} at place ${odd} of its tensor ${name}, and a number of single precision is expected`,
    );
  }
  return values;
}
