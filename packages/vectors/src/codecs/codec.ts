import type { Room } from "../room.ts";

/** Two words that name the random numbers of one encoding. */
export type RoundingKeys = readonly [number, number];

/** What a codec may need to know when it encodes. */
export interface EncodeOptions {
  /** Of the elements, to be kept. */
  readonly share: number;
  readonly keys: RoundingKeys;
}

/** From one vector to another, all of one length. */
export interface Passage {
  readonly from: Float32Array;
  readonly to: Float32Array;
  /** Written: where whoever has `from`, and is sent the change in a codec, gets to. Neither of the others. */
  readonly reached: Float32Array;
}

/** Of the bytes that it is given, it reads and writes those from the first on. What it reads has been checked. */
export interface Codec {
  /** Bytes that a vector takes at most. */
  mostBytes(length: number, share: number): number;
  /** Returns the number of bytes written. */
  encode(room: Room, vector: Float32Array, bytes: Uint8Array, options: EncodeOptions): number;
  /** The same of residual + vector; what is lost stays in the residual. */
  encodeWithFeedback(
    room: Room,
    vector: Float32Array,
    residual: Float32Array,
    bytes: Uint8Array,
    options: EncodeOptions,
  ): number;
  /** The same of to − from, rounded to 32 bits; from + what was encoded is written to `reached`. */
  encodeChange(room: Room, passage: Passage, bytes: Uint8Array, options: EncodeOptions): number;
  decode(room: Room, bytes: Uint8Array, out: Float32Array): void;
  /** sum ← sum + weight · vector. */
  accumulate(room: Room, bytes: Uint8Array, sum: Float32Array, weight: number): void;
  /** Whether every element is a number. */
  isFinite(room: Room, bytes: Uint8Array, length: number): boolean;
  /** The sum of all squares. */
  squares(room: Room, bytes: Uint8Array, length: number): number;
}
