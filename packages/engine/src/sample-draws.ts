/** Random numbers of training: from the counter-based generator, keyed by seed, epoch, sample, layer and position. */
import { assert, RandomSequence } from "@convoy/foundation";
import { type ImageShape, imageShapeFor, isRandom, resizedShape } from "@convoy/models";
import type { Batch, EngineTask } from "./engine.ts";

/** Whether training this task takes random numbers, so that its batches have to say which. */
export function needsDraws({ model, preprocessing }: EngineTask): boolean {
  return isRandom(preprocessing) || model.layers.some((layer) => layer.type === "dropout" && layer.rate > 0);
}

/** Where the network's input is cut from the resized picture. */
export interface Placement {
  readonly top: number;
  readonly left: number;
  readonly flipped: boolean;
}

/** Of one sample of a training batch; with no batch, as in evaluation: the centre, not flipped. */
export function placementOf({ preprocessing, model }: EngineTask, training: Batch | null, place: number): Placement {
  const { crop, flip } = preprocessing;
  const [height, width] = model.inputShape;
  const resized: ImageShape = resizedShape(preprocessing, imageShapeFor(preprocessing, model.inputShape));
  const spare = [resized[0] - height, resized[1] - width] as const;
  const center = { top: Math.floor(spare[0] / 2), left: Math.floor(spare[1] / 2), flipped: false };
  if (training === null || !isRandom(preprocessing)) return center;
  const random = drawSequence(training, place, "augmentation");
  const top = random.below(spare[0] + 1);
  const left = random.below(spare[1] + 1);
  const flipped = flip === "random" && random.below(2) === 1;
  return crop?.place === "random" ? { top, left, flipped } : { ...center, flipped };
}

/** An element is dropped where its 32-bit number is below this. */
export function dropoutThreshold(rate: number): number {
  return Math.round(rate * 2 ** 32);
}

/** The numbers of one sample's dropout layer: one for each element, in order. */
export function dropoutSequence(training: Batch, place: number, layer: number): RandomSequence {
  return drawSequence(training, place, "dropout", layer);
}

function drawSequence({ draws }: Batch, place: number, purpose: "dropout" | "augmentation", layer = 0): RandomSequence {
  assert(draws !== undefined, "a batch to train with random numbers says which");
  const sample = draws.samples[place] as number;
  return new RandomSequence(draws.seed, purpose, sample, layer, draws.epoch);
}
