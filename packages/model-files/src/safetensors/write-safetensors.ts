import { assert } from "@convoy/foundation";
import { type ModelSpecification, parameterLayout } from "@convoy/models";
import { bytesOf, type FileContent } from "../file-content.ts";
import { pytorchTensors } from "../pytorch-tensors.ts";
import { toPytorchOrder } from "../transpose.ts";
import { encodeSafetensorsHeader, type TensorHeader } from "./safetensors-header.ts";

/**
 * The parameters as a safetensors file with PyTorch's names and layouts, so that `load_state_dict` takes them.
 * `parameters` is the flat vector, not to be written to while pieces are made; `metadata` is free text by name.
 */
export function writeSafetensors(
  model: ModelSpecification,
  parameters: Float32Array,
  metadata: Readonly<Record<string, string>>,
): FileContent {
  assert(parameters.length === parameterLayout(model).length, "the vector has the layout's length");
  const tensors = pytorchTensors(model);
  const headers: Record<string, TensorHeader> = {};
  for (const { name, shape, entry } of tensors) {
    const begin = 4 * entry.offset;
    headers[name] = { dtype: "F32", shape, data_offsets: [begin, begin + 4 * entry.length] };
  }
  const header = encodeSafetensorsHeader(headers, { format: "pt", ...metadata });
  return {
    byteLength: header.length + parameters.byteLength,
    *pieces() {
      yield header;
      for (const tensor of tensors) for (const piece of toPytorchOrder(parameters, tensor)) yield bytesOf(piece);
    },
  };
}
