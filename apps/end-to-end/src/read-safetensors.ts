/** The flat vector in a safetensors file that the coordinator wrote: its tensors lie in the canonical order. */
export function readVector(file: Uint8Array): { vector: Float32Array; step: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  return { vector: new Float32Array(file.slice(8 + headerLength).buffer), step: Number(header.__metadata__.step) };
}
