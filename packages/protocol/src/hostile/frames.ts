/** Frames that look like real ones and are not, and JSON that is none. */
import type { RandomSequence } from "@convoy/foundation";
import { CHECKSUM_OFFSET, checksumOf, FRAME_HEADER_BYTES } from "../frame-header.ts";
import { drawBytes, pick } from "./values.ts";

/** Also as floats: infinity, what is no number, a number below zero. */
const words = [0, 1, 0xff, 0x7f80_0000, 0x7fff_ffff, 0x8000_0000, 0xbf80_0000, 0xffff_fffe, 0xffff_ffff];
const HEADER_WORDS = 10;

/**
 * A copy of the frame, damaged: cut, lengthened, with bits flipped or a word replaced. Every other time with the checksum that
 * belongs to it, as somebody sends it who means harm.
 */
export function hostileFrame(random: RandomSequence, frame: Uint8Array): Uint8Array {
  const damaged = damagedFrame(random, frame);
  return damaged.length >= FRAME_HEADER_BYTES && random.below(2) === 0 ? forgedFrame(damaged) : damaged;
}

/**
 * A copy of the frame, changed, with the checksum that belongs to it: what nobody damaged on its way, but its sender made
 * so. `body` is what is behind the header.
 */
export function forgedFrame(
  frame: Uint8Array,
  change: (body: DataView, header: DataView) => void = () => {},
): Uint8Array {
  const copy = frame.slice();
  const header = new DataView(copy.buffer, 0, FRAME_HEADER_BYTES);
  change(new DataView(copy.buffer, FRAME_HEADER_BYTES), header);
  header.setUint32(CHECKSUM_OFFSET, checksumOf(copy), true);
  return copy;
}

function damagedFrame(random: RandomSequence, frame: Uint8Array): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return frame.slice(0, random.below(frame.length + 1));
    case 1:
      return joined(frame, drawBytes(random, 1 + random.below(64)));
    case 2:
      return joined(frame.slice(random.below(frame.length + 1)), frame);
    case 3:
      return withWord(frame, random.below(HEADER_WORDS), pick(random, words));
    case 4:
      return withWord(frame, random.below(Math.max(1, frame.length >>> 2)), pick(random, words));
    case 5:
      return drawBytes(random, random.below(2) === 0 ? frame.length : random.below(200));
    default:
      return withFlippedBits(random, frame, 1 + random.below(8));
  }
}

/** The text with characters dropped, doubled, replaced or swapped for what matters to a parser. */
export function hostileText(random: RandomSequence, text: string): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.below(8));
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, end) + text.slice(at);
    case 3:
      return (
        text.slice(0, at) +
        pick(random, ["[", "]", "{", "}", '"', "\\", ",", ":", "-", "/", "\u0000"]) +
        text.slice(end)
      );
    default:
      return text.slice(0, at) + pick(random, ["[", '{"a":', "[".repeat(5000), "9".repeat(400)]) + text.slice(at);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function withWord(frame: Uint8Array, word: number, value: number): Uint8Array {
  const copy = frame.slice();
  if (copy.length >= 4 * word + 4) new DataView(copy.buffer).setUint32(4 * word, value, true);
  return copy;
}

function withFlippedBits(random: RandomSequence, frame: Uint8Array, count: number): Uint8Array {
  const copy = frame.slice();
  if (copy.length === 0) return copy;
  for (let i = 0; i < count; i++) {
    const bit = random.below(8 * copy.length);
    copy[bit >>> 3] = (copy[bit >>> 3] as number) ^ (1 << (bit & 7));
  }
  return copy;
}
