/** What a seed decides: small questions to a sequence of random numbers. */
import { assert, type RandomSequence } from "@convoy/foundation";

export function isDrawn(random: RandomSequence, probability: number): boolean {
  return probability > 0 && random.unit() < probability;
}

/** Between low and high, every power of ten equally likely. */
export function drawMagnitude(random: RandomSequence, low: number, high: number): number {
  return low * (high / low) ** random.unit();
}

/** The time until something that happens once in `mean` on average (exponential). */
export function drawWait(random: RandomSequence, mean: number): number {
  return -mean * Math.log(1 - random.unit());
}

export function drawOne<Item>(random: RandomSequence, items: readonly Item[]): Item {
  assert(items.length > 0, "there is something to draw from");
  return items[random.below(items.length)] as Item;
}
