/**
 * A file as it is written or sent: its length is known before its bytes are made, piece by piece. So a network of any
 * size leaves in bounded memory, and between two pieces the process can do something else.
 */
export interface FileContent {
  readonly byteLength: number;
  /** The bytes in order, from the first each time it is asked. */
  pieces(): Iterable<Uint8Array>;
}

/** Elements that one piece has at most, where a single output of a layer has no more: 1 MiB. */
export const PIECE_ELEMENTS = 256 * 1024;

/** All of a file in memory. */
export function joinPieces({ byteLength, pieces }: FileContent): Uint8Array {
  const file = new Uint8Array(byteLength);
  let place = 0;
  for (const piece of pieces()) {
    file.set(piece, place);
    place += piece.byteLength;
  }
  return file;
}

/** The bytes of a vector, as they lie in memory. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
