/** A recipe's whole network at its full size, with few samples: what it is compared on. */
import { type Batch, distanceToKink, type EngineTask } from "@convoy/engine";
import { RandomSequence } from "@convoy/foundation";
import { elementCount, imageShapeFor, initializeParameters, parameterLayout, type Recipe } from "@convoy/models";
import type { Question } from "./deviation.ts";

/**
 * What roundings of single precision come to in the depth of AlexNet is some 5e-7 of a layer's values. So much farther
 * from every kink, they change nothing of what passes a gradient on.
 */
const FAR_FROM_KINKS = 4e-6;
const MOST_CANDIDATES = 200;
const SEED = 1;

/**
 * The recipe's own initial parameters, and a batch of the first samples of which the reference says that they are far from
 * every kink: chosen before any engine is asked.
 */
export function fullSizeQuestion(recipe: Recipe): Question {
  const { model, preprocessing, initialization } = recipe;
  const task = { model, preprocessing };
  const parameters = initializeParameters(parameterLayout(model), initialization, SEED);
  const count = samplesFor(task);
  const samples: number[] = [];
  for (let candidate = 0; candidate < MOST_CANDIDATES && samples.length < count; candidate++) {
    const batch = batchOf(task, [candidate]);
    if (distanceToKink(task, parameters, batch) >= FAR_FROM_KINKS) samples.push(candidate);
  }
  if (samples.length < count)
    throw new Error(`${recipe.name}: too few samples are far from every kink of the network.`);
  return { task, parameters, batch: batchOf(task, samples), samples };
}

/** Each sample's bytes and label at random, the same everywhere; what is dropped is drawn as in a run's first epoch. */
export function batchOf({ model, preprocessing }: EngineTask, samples: readonly number[]): Batch {
  const length = elementCount(imageShapeFor(preprocessing, model.inputShape));
  const pixels = new Uint8Array(samples.length * length);
  const labels = new Uint8Array(samples.length);
  samples.forEach((sample, place) => {
    const random = new RandomSequence(SEED, "test", sample);
    for (let i = 0; i < length; i++) pixels[place * length + i] = random.below(256);
    labels[place] = random.below(model.classCount);
  });
  const draws = { seed: SEED, epoch: 0, samples: Uint32Array.from(samples) };
  return { count: samples.length, pixels, labels, draws };
}

/** As few as show that they are summed: most of AlexNet's come near a kink, and the reference is slow. */
function samplesFor({ model }: EngineTask): number {
  return model.inputShape[0] > 32 ? 2 : 4;
}
