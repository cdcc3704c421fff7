import { assert } from "@convoy/foundation";
import { BLOCK } from "./kernels.ts";
import { roomHere } from "./room.ts";

/** left ← left + right, element by element. Returns `left`. */
export function addVectors(left: Float32Array, right: Float32Array): Float32Array {
  assert(left.length === right.length, "vectors of one sum have one length");
  const { functions } = roomHere();
  combineInBlocks(left, right, (...block) => functions.add(...block));
  return left;
}

/** sum ← sum + weight · vector, as `accumulateWeighted` says. */
export function accumulateFloats(sum: Float32Array, vector: Float32Array, weight: number): void {
  const { functions } = roomHere();
  combineInBlocks(sum, vector, (...block) => functions.accumulate(...block, weight));
}

function combineInBlocks(
  left: Float32Array,
  right: Float32Array,
  combine: (left: number, right: number, count: number) => void,
): void {
  const [one, other] = roomHere().slots as [Float32Array, Float32Array];
  for (let start = 0; start < left.length; start += BLOCK) {
    const end = Math.min(left.length, start + BLOCK);
    one.set(left.subarray(start, end));
    other.set(right.subarray(start, end));
    combine(one.byteOffset, other.byteOffset, wholeFours(end - start));
    left.set(one.subarray(0, end - start), start);
  }
}

/** vector ← weight · vector, the weight and each product rounded to 32 bits. */
export function scaleVector(vector: Float32Array, weight: number): void {
  const { functions, slots } = roomHere();
  const slot = slots[0] as Float32Array;
  for (let start = 0; start < vector.length; start += BLOCK) {
    const end = Math.min(vector.length, start + BLOCK);
    slot.set(vector.subarray(start, end));
    functions.scale(slot.byteOffset, wholeFours(end - start), weight);
    vector.set(slot.subarray(0, end - start), start);
  }
}

/** Whether every element is a number. */
export function isFiniteFloats(vector: Float32Array): boolean {
  const { functions } = roomHere();
  for (const block of broughtBlocks(vector)) if (functions.finite(...block) === 0) return false;
  return true;
}

/** As `normOf` says. */
export function normOfFloats(vector: Float32Array): number {
  const { functions } = roomHere();
  let sum = 0;
  for (const block of broughtBlocks(vector)) sum += functions.squares(...block);
  return Math.sqrt(sum);
}

/** Where each block is, and how many elements it has, one block after the other. */
function* broughtBlocks(vector: Float32Array): Generator<[number, number]> {
  const slot = roomHere().slots[0] as Float32Array;
  for (let start = 0; start < vector.length; start += BLOCK) {
    const end = Math.min(vector.length, start + BLOCK);
    slot.set(vector.subarray(start, end));
    yield filledUp(slot, end - start);
  }
}

/** Where a slot is, and how many elements it has, when zeros have filled up what kernels take at once. */
export function filledUp(slot: Float32Array, count: number): [number, number] {
  // What an earlier vector left there is none of this one's elements.
  slot.fill(0, count, wholeFours(count));
  return [slot.byteOffset, wholeFours(count)];
}

/** Kernels take four floats at a time. */
export function wholeFours(count: number): number {
  return (count + 3) & ~3;
}
