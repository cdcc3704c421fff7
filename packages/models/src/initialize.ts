import { RandomSequence } from "@convoy/foundation";
import * as z from "zod";
import type { ParameterLayout } from "./parameter-layout.ts";

export const initializationSchema = z.strictObject({ type: z.literal("pytorch-default") });
export type Initialization = z.infer<typeof initializationSchema>;

/**
 * The first parameters of a run: a flat vector in the canonical order.
 *
 * "pytorch-default" is what `nn.Conv2d` and `nn.Linear` do when nothing is said: weights (Kaiming uniform with a = √5)
 * and bias alike uniform in ±1/√fan-in. Each tensor draws from its own sequence, so a layer's values do not depend on
 * the layers before it.
 */
export function initializeParameters(
  layout: ParameterLayout,
  _initialization: Initialization,
  seed: number,
): Float32Array {
  const parameters = new Float32Array(layout.length);
  layout.entries.forEach((entry, index) => {
    const random = new RandomSequence(seed, "initialization", index);
    const bound = 1 / Math.sqrt(entry.fanIn);
    for (let i = 0; i < entry.length; i++) parameters[entry.offset + i] = random.between(-bound, bound);
  });
  return parameters;
}
