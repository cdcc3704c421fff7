import { readSafetensors } from "@convoy/model-files";
import { findRecipe } from "@convoy/models";

/** The flat vector in a safetensors file of a run of one of our recipes, and the step after which it was so. */
export function readVector(file: Uint8Array): { vector: Float32Array; step: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const { __metadata__: metadata } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  return { vector: readSafetensors(file, findRecipe(metadata.recipe).model), step: Number(metadata.step) };
}
