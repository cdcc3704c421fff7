/** Values that no honest peer sends, all of which a message can carry: what JSON has, and bytes. */
import type { RandomSequence } from "@convoy/foundation";

/** Names that mean something to JavaScript, to the protocol or to nobody. */
const names = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "toJSON", "then", "length"],
  ...["type", "lease", "version", "frame", "samples", "refusal", "_placeholder", "num", "colour", "0", ""],
];

const numbers = [
  ...[0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e-320, 1e300, -1e300],
  ...[Number.MAX_VALUE, Number.MIN_VALUE],
];

const texts = [
  ...["", " ", "\u0000", "\u001b[2J\u0007", "\ud800", "\u202e", "💥", "null", "NaN", "__proto__", "[object Object]"],
  ...["<script>alert(1)</script>", "'; drop table runs; --", "../../../../etc/passwd", "%s%n", "0", "-1", "1e999"],
];

/** Far beyond what a message may have, and few enough that several of them can still be written as JSON. */
export const DEEPEST = 600;

export function pick<Choice>(random: RandomSequence, choices: readonly Choice[]): Choice {
  return choices[random.below(choices.length)] as Choice;
}

export function drawName(random: RandomSequence): string {
  return pick(random, names);
}

/** Mostly small; now and then long, wide or deep. */
export function drawValue(random: RandomSequence): unknown {
  const kind = random.below(1000);
  if (kind === 0) return "x".repeat(random.below(200_000));
  if (kind === 1) return Array.from({ length: random.below(20_000) }, (_, i) => (random.below(9) === 0 ? "x" : i));
  if (kind === 2) return nested(random, random.below(DEEPEST));
  if (kind === 3) return Object.fromEntries(Array.from({ length: random.below(5000) }, (_, i) => [`field ${i}`, i]));
  if (kind === 4) return drawBytes(random, random.below(200_000));
  return drawSmall(random);
}

function drawSmall(random: RandomSequence): unknown {
  switch (random.below(9)) {
    case 0:
      return null;
    case 1:
      return random.below(2) === 0;
    case 2:
    case 3:
      return pick(random, numbers);
    case 4:
      return random.below(0x1_0000_0000);
    case 5:
      return pick(random, texts);
    case 6:
      return drawBytes(random, random.below(64));
    case 7:
      return Array.from({ length: random.below(5) }, () => drawSmall(random));
    default:
      return withField({}, drawName(random), drawSmall(random));
  }
}

export function drawBytes(random: RandomSequence, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 4) {
    const word = random.uint32();
    for (let j = i; j < Math.min(length, i + 4); j++) bytes[j] = word >>> (8 * (j - i));
  }
  return bytes;
}

export function nested(random: RandomSequence, depth: number, inside: unknown = null): unknown {
  let value = inside;
  for (let i = 0; i < depth; i++) value = random.below(2) === 0 ? [value] : { inner: value };
  return value;
}

/** Sets a field of the object's own, also where assigning it would change the prototype. */
export function withField(target: object, name: string, value: unknown): object {
  return Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}
