import type { ReferenceLayer } from "./reference-layer.ts";

/** An image as a vector, in the order it already lies in memory: height × width × channels. */
export const flatten: ReferenceLayer = {
  forward: (input) => input,
  backward: (_input, outputGradient) => outputGradient,
};
