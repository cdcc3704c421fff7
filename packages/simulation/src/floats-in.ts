import { assert } from "@convoy/foundation";
import type { EncodedVector } from "@convoy/vectors";

/** The vector of a contribution: simulated workers send theirs as floats. */
export function floatsIn(vector: Float32Array | EncodedVector): Float32Array {
  assert(vector instanceof Float32Array, "a simulated worker encodes nothing");
  return vector;
}
