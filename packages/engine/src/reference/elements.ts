/** Reading and adding to an element that is known to exist; keeps the loops of the reference free of casts. */

export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

export function addAt(values: Float64Array, index: number, amount: number): void {
  values[index] = at(values, index) + amount;
}
