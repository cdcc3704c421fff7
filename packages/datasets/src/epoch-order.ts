import { assert, RandomSequence } from "@convoy/foundation";

/**
 * The order in which an epoch visits the samples 0 … count − 1: a permutation named by seed and epoch alone, so that
 * a run can be repeated and resumed anywhere (Fisher and Yates, in Durstenfeld's form, 1964).
 */
export function epochOrder(seed: number, epoch: number, count: number): Uint32Array {
  assert(Number.isInteger(epoch) && epoch >= 0, `an epoch is a whole number from 0, not ${epoch}`);
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const sequence = new RandomSequence(seed, "epochOrder", epoch);
  for (let last = count - 1; last > 0; last--) {
    const chosen = sequence.below(last + 1);
    const moved = order[last] as number;
    order[last] = order[chosen] as number;
    order[chosen] = moved;
  }
  return order;
}
