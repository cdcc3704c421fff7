/** Where vectors lie: in memory of one thread, or of all that are told of it. */
export type Memory = ArrayBufferConstructor | SharedArrayBufferConstructor;

/** So many zeros. */
export function newVector(length: number, memory: Memory): Float32Array {
  return new Float32Array(new memory(4 * length));
}
