/** The first parameters of a run, tensor by tensor from random numbers. */
import { RandomSequence } from "@convoy/foundation";
import * as z from "zod";
import type { ParameterEntry, ParameterLayout } from "./parameter-layout.ts";
import { ShapeError } from "./shape.ts";

const biases = {
  /** Of every layer; 0 where nothing is said. */
  bias: z.number().optional(),
  /** Of single layers, by the name that the layout has for them: { convolution2: 1 }. */
  biasOf: z.record(z.string(), z.number()).optional(),
};

/**
 * - "pytorch-default": what `nn.Conv2d` and `nn.Linear` do when nothing is said: weights (Kaiming uniform with a = √5)
 *   and bias alike uniform in ±1/√fan-in.
 * - "glorot-uniform": in ±√(6 / (fan-in + fan-out)). "he-uniform": in ±√(6 / fan-in). Keras' default is the first.
 * - "glorot-normal", "he-normal": as Keras has them, of variance 2 / (fan-in + fan-out) and 2 / fan-in, what lies more
 *   than two deviations out being drawn again; PyTorch does not truncate.
 * - "gaussian": normal with this deviation.
 *
 * Glorot and Bengio, AISTATS 2010; He, Zhang, Ren, Sun, ICCV 2015. Fans count a convolution's window.
 */
export const initializationSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("pytorch-default") }),
  z.strictObject({ type: z.literal("glorot-uniform"), ...biases }),
  z.strictObject({ type: z.literal("glorot-normal"), ...biases }),
  z.strictObject({ type: z.literal("he-uniform"), ...biases }),
  z.strictObject({ type: z.literal("he-normal"), ...biases }),
  z.strictObject({ type: z.literal("gaussian"), deviation: z.number().positive(), ...biases }),
]);
export type Initialization = z.infer<typeof initializationSchema>;

/** Of a normal distribution of deviation 1 from which all beyond ±2 is cut off, as Keras has it. */
const TRUNCATED_DEVIATION = 0.879_625_661_034_239_78;

type Draw = (random: RandomSequence) => number;

/**
 * A flat vector in the canonical order. Each tensor draws from its own sequence, so a layer's values do not depend on
 * the layers before it.
 */
export function initializeParameters(
  layout: ParameterLayout,
  initialization: Initialization,
  seed: number,
): Float32Array {
  const parameters = new Float32Array(layout.length);
  layout.entries.forEach((entry, index) => {
    const tensor = parameters.subarray(entry.offset, entry.offset + entry.length);
    if (entry.role === "bias" && initialization.type !== "pytorch-default") {
      const { bias = 0, biasOf = {} } = initialization;
      tensor.fill(biasOf[layerNameOf(entry)] ?? bias);
      return;
    }
    const random = new RandomSequence(seed, "initialization", index);
    const draw = drawOf(initialization, entry);
    for (let i = 0; i < tensor.length; i++) tensor[i] = draw(random);
  });
  return parameters;
}

/** Throws a ShapeError where a bias is given for a layer that is not there. */
export function checkInitialization(initialization: Initialization, layout: ParameterLayout): void {
  if (initialization.type === "pytorch-default") return;
  const names = new Set(layout.entries.map(layerNameOf));
  const unknown = Object.keys(initialization.biasOf ?? {}).find((name) => !names.has(name));
  if (unknown === undefined) return;
  throw new ShapeError(`there is no layer "${unknown}" that has a bias; those that do: ${[...names].join(", ")}.`);
}

function drawOf(initialization: Initialization, entry: ParameterEntry): Draw {
  const { fanIn } = entry;
  switch (initialization.type) {
    case "pytorch-default":
      return uniform(1 / Math.sqrt(fanIn));
    case "glorot-uniform":
      return uniform(Math.sqrt(6 / (fanIn + fanOutOf(entry))));
    case "glorot-normal":
      return truncatedNormal(Math.sqrt(2 / (fanIn + fanOutOf(entry))));
    case "he-uniform":
      return uniform(Math.sqrt(6 / fanIn));
    case "he-normal":
      return truncatedNormal(Math.sqrt(2 / fanIn));
    case "gaussian":
      return (random) => initialization.deviation * random.normal();
  }
}

function uniform(bound: number): Draw {
  return (random) => random.between(-bound, bound);
}

/** `deviation`: of what is left after truncation. */
function truncatedNormal(deviation: number): Draw {
  const scale = deviation / TRUNCATED_DEVIATION;
  return (random) => {
    let value = random.normal();
    while (Math.abs(value) > 2) value = random.normal();
    return scale * value;
  };
}

/** How many outputs one input of this layer adds to: the last two dimensions of weights are in × out. */
function fanOutOf({ shape, length }: ParameterEntry): number {
  return length / (shape.at(-2) as number);
}

function layerNameOf({ name, role }: ParameterEntry): string {
  return name.slice(0, -`.${role}`.length);
}
