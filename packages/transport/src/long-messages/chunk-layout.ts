import { assert } from "@convoy/foundation";
import { limits } from "@convoy/protocol";

export interface ChunkPlace {
  /** Which of the long fields. */
  readonly field: number;
  readonly start: number;
  readonly end: number;
}

/** Where each chunk of a message belongs: one field after the other, each from its beginning, no chunk in two of them. */
export class ChunkLayout {
  readonly count: number;
  readonly #lengths: readonly number[];

  /** The lengths of the long fields in bytes. */
  constructor(lengths: readonly number[]) {
    this.#lengths = lengths;
    this.count = lengths.reduce((count, length) => count + chunkCount(length), 0);
  }

  place(index: number): ChunkPlace {
    let position = index;
    for (const [field, length] of this.#lengths.entries()) {
      const count = chunkCount(length);
      if (position < count) {
        const start = position * limits.chunkBytes;
        return { field, start, end: Math.min(length, start + limits.chunkBytes) };
      }
      position -= count;
    }
    assert(false, `chunk ${index} is one of ${this.count}`);
  }
}

function chunkCount(length: number): number {
  return Math.ceil(length / limits.chunkBytes);
}
