/** Vectors as they travel: as floats, or encoded in fewer bytes with less precision. docs/codecs.md describes the codecs. */
import { assert, RandomSequence } from "@convoy/foundation";
import { accumulateFloats, isFiniteFloats, normOfFloats } from "../elements.ts";
import { roomHere } from "../room.ts";
import type { Codec, EncodeOptions, Passage } from "./codec.ts";
import { fp16 } from "./fp16.ts";
import { int8 } from "./int8.ts";
import { topK } from "./top-k.ts";

const codecs = { fp16, int8, "top-k": topK } satisfies Record<string, Codec>;
export type LossyCodec = keyof typeof codecs;

/** How to encode. */
export type Encoding =
  | { readonly codec: "fp16" }
  | { readonly codec: "int8" }
  /** Of the elements a share above 0 and up to 1 is kept. */
  | { readonly codec: "top-k"; readonly share: number };

/** Of the elements, what top-k keeps of vectors that travel. */
const TOP_K_SHARE = 0.01;

/** How vectors travel in a codec. */
export function encodingOf(codec: LossyCodec): Encoding {
  return codec === "top-k" ? { codec, share: TOP_K_SHARE } : { codec };
}

/** Names the random numbers of one encoding: equal names give equal bytes, on every machine. */
export interface Rounding {
  readonly seed: number;
  /** From 0 to 2³² − 1: another one for each encoding of a seed. */
  readonly counter: number;
}

export interface EncodedVector {
  readonly codec: LossyCodec;
  /** Elements of the vector. */
  readonly length: number;
  /** At any address; `faultInLength` and `faultInContent` have found nothing in them. */
  readonly bytes: Uint8Array;
}

/** Bytes that an encoded vector takes at most. */
export function encodedBytes(encoding: Encoding, length: number): number {
  return codecs[encoding.codec].mostBytes(length, shareOf(encoding));
}

/**
 * Encodes a vector into `bytes`, which has `encodedBytes`, and returns how many of them it took. What is no number, and
 * in fp16 what is beyond 65504, gives no number again: nothing becomes another number unnoticed.
 *
 * @param rounding used by int8 alone
 */
export function encodeVector(encoding: Encoding, vector: Float32Array, bytes: Uint8Array, rounding: Rounding): number {
  return codecs[encoding.codec].encode(roomHere(), vector, bytes, optionsOf(encoding, rounding));
}

/**
 * Error feedback: encodes vector + residual, and leaves in `residual` what that lost, to be sent with the next. Of what is
 * no number after encoding nothing can be kept: then the whole residual becomes zero.
 *
 * @param residual of the vector's length, at first zeros
 * @returns how many of the bytes it took
 */
export function encodeWithFeedback(
  encoding: Encoding,
  vector: Float32Array,
  residual: Float32Array,
  bytes: Uint8Array,
  rounding: Rounding,
): number {
  assert(vector.length === residual.length, "a residual has its vector's length");
  const { encodeWithFeedback } = codecs[encoding.codec];
  const length = encodeWithFeedback(roomHere(), vector, residual, bytes, optionsOf(encoding, rounding));
  if (!isFiniteFloats(residual)) residual.fill(0);
  return length;
}

/**
 * Encodes to − from, and writes to `reached` what `applyChange` makes of `from` with it, to the last bit.
 *
 * @returns how many of the bytes it took
 */
export function encodeChange(encoding: Encoding, passage: Passage, bytes: Uint8Array, rounding: Rounding): number {
  const { from, to, reached } = passage;
  assert(from.length === to.length && from.length === reached.length, "vectors of one passage have one length");
  return codecs[encoding.codec].encodeChange(roomHere(), passage, bytes, optionsOf(encoding, rounding));
}

/** reached ← from + change, each sum rounded to 32 bits. */
export function applyChange(from: Float32Array, change: EncodedVector, reached: Float32Array): void {
  reached.set(from);
  accumulateWeighted(reached, change, 1);
}

/** out ← vector. Both have one length. */
export function decodeInto(out: Float32Array, vector: Float32Array | EncodedVector): void {
  assert(vector.length === out.length, "a vector is decoded into one of its length");
  if (vector instanceof Float32Array) out.set(vector);
  else codecs[vector.codec].decode(roomHere(), vector.bytes, out);
}

/**
 * sum ← sum + weight · vector, of one length; the weight, each product and each sum rounded to 32 bits. An encoded vector is
 * decoded block by block on the way.
 */
export function accumulateWeighted(sum: Float32Array, vector: Float32Array | EncodedVector, weight: number): void {
  assert(vector.length === sum.length, "vectors of one sum have one length");
  if (vector instanceof Float32Array) accumulateFloats(sum, vector, weight);
  else codecs[vector.codec].accumulate(roomHere(), vector.bytes, sum, weight);
}

/** Whether every element is a number: neither NaN nor infinite. */
export function isFiniteVector(vector: Float32Array | EncodedVector): boolean {
  if (vector instanceof Float32Array) return isFiniteFloats(vector);
  return codecs[vector.codec].isFinite(roomHere(), vector.bytes, vector.length);
}

/**
 * The Euclidean norm, to about five digits: no number where an element is none, and infinite where one is or where squares
 * are beyond 32 bits.
 */
export function normOf(vector: Float32Array | EncodedVector): number {
  if (vector instanceof Float32Array) return normOfFloats(vector);
  return Math.sqrt(codecs[vector.codec].squares(roomHere(), vector.bytes, vector.length));
}

function shareOf(encoding: Encoding): number {
  return encoding.codec === "top-k" ? encoding.share : 1;
}

function optionsOf(encoding: Encoding, { seed, counter }: Rounding): EncodeOptions {
  const random = new RandomSequence(seed, "rounding", counter);
  return { share: shareOf(encoding), keys: [random.uint32(), random.uint32()] };
}
