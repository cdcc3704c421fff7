/** An invariant that does not hold, in a sentence. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

export function expect(holds: boolean, sentence: () => string): asserts holds {
  if (!holds) throw new BrokenInvariant(sentence());
}
