/** Frames of one vector in each lossy codec, and the checksums of what they hold on every machine. */
import { checksum, type Encoding } from "@convoy/vectors";
import { FRAME_HEADER_BYTES } from "./frame-header.ts";
import { OutgoingEncodedFrame } from "./vector-frame.ts";

export const encodings: readonly Encoding[] = [{ codec: "fp16" }, { codec: "int8" }, { codec: "top-k", share: 0.05 }];
export const frameHeader = { run: "00112233445566ff", version: 0x0102_0304, lease: 0xa1a2_a3a4 } as const;
export const rounding = { seed: 7, counter: 3 } as const;

/** From −1 to 1, without a function that machines may compute differently. */
export function drawVector(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (((7919 * i * i) % 2003) - 1001) / 1024);
}

export function sealFrame(encoding: Encoding, vector: Float32Array): Uint8Array {
  return new OutgoingEncodedFrame(encoding, vector.length).seal(frameHeader, vector, rounding).slice();
}

/** Of the bytes behind the headers. */
export function checksumsHere(): Record<string, number> {
  const frames = encodings.map((encoding) => [encoding.codec, sealFrame(encoding, drawVector(20_000))] as const);
  return Object.fromEntries(frames.map(([codec, frame]) => [codec, checksum(frame.subarray(FRAME_HEADER_BYTES))]));
}

export const checksumsEverywhere: Record<string, number> = {
  fp16: 1_599_702_896,
  int8: 1_811_424_468,
  "top-k": 1_966_302_284,
};
