import { RandomSequence } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import type { BlockFunctions } from "./block-functions.ts";
import { kernelsHere } from "./kernels.ts";
import { plainRoom, type Room } from "./room.ts";

const simd = kernelsHere() as Room;
const plain = plainRoom();
const COUNT = 1024;

type Fill = (random: RandomSequence) => number;
const anyBits: Fill = (random) => random.uint32();
const asBits = (draw: Fill): Fill => {
  const float = new Float32Array(1);
  const word = new Uint32Array(float.buffer);
  return (random) => {
    float[0] = draw(random);
    return word[0] as number;
  };
};
const gradients = asBits((random) => random.normal() * 10 ** random.between(-4, -1));
const halfRange = asBits((random) => random.between(-2, 2) * 2 ** random.between(-27, 16));
const small = asBits((random) => random.between(-1, 1) * 2 ** random.between(-149, -120));

type Addresses = readonly [number, number, number];
type Call = (functions: BlockFunctions, addresses: Addresses) => unknown;
const calls: Record<string, Call> = {
  add: (functions, [a, b]) => functions.add(a, b, COUNT),
  accumulate: (functions, [a, b]) => functions.accumulate(a, b, COUNT, 0.1),
  scale: (functions, [a]) => functions.scale(a, COUNT, 0.1),
  finite: (functions, [a]) => functions.finite(a, COUNT),
  gather: (functions, [a, b, c]) => functions.gather(a, COUNT, 0x3b000000, b, c),
  "gather of nearly all": (functions, [a, b, c]) => functions.gather(a, COUNT, 1, b, c),
  fp16Encode: (functions, [a, b]) => functions.fp16Encode(a, b, COUNT),
  fp16Decode: (functions, [a, b]) => functions.fp16Decode(b, a, COUNT),
  fp16Accumulate: (functions, [a, b]) => functions.fp16Accumulate(b, a, COUNT, -0.3),
  int8Encode: (functions, [a, b, c]) => functions.int8Encode(a, c, b, 4, 0x9abcdef0, 0x12345678, 7),
  "int8Encode of the last blocks": (functions, [a, b, c]) => functions.int8Encode(a, c, b, 4, 1, -2, 249_996),
  int8Decode: (functions, [a, b, c]) => functions.int8Decode(c, b, a, 4),
  int8Accumulate: (functions, [a, b, c]) => functions.int8Accumulate(c, b, a, 4, -0.3),
};

/** The words of three slots after the call, and what it returned. */
function resultIn({ functions, slots }: Room, fill: Fill, seed: number, call: Call): readonly number[] {
  const random = new RandomSequence(seed, "test");
  const three = slots.slice(0, 3);
  const words = three.map(({ buffer, byteOffset }) => new Uint32Array(buffer, byteOffset, COUNT));
  for (const slot of words) for (let i = 0; i < COUNT; i++) slot[i] = fill(random);
  const returned = call(functions, three.map(({ byteOffset }) => byteOffset) as unknown as Addresses);
  return [Number(returned ?? 0), ...words.flatMap((slot) => [...slot])];
}

/** What arithmetic makes of what is no number has bits that a machine may choose. */
const isNoNumber = (word: number) => (word & 0x7fffffff) > 0x7f800000;

function differences(one: readonly number[], other: readonly number[], isArithmetic: boolean): number[][] {
  return one
    .map((word, i) => [i, word, other[i] as number] as const)
    .filter(([, a, b]) => a !== b && !(isArithmetic && isNoNumber(a) && isNoNumber(b)))
    .map((difference) => [...difference]);
}

describe.each(Object.entries(calls))("the kernel %s and its twin give the same bits", (name, call) => {
  test.each([
    ["any bits", anyBits],
    ["gradients", gradients],
    ["what half precision can nearly hold", halfRange],
    ["the smallest numbers", small],
    ["zeros of either sign", asBits((random) => (random.below(2) === 0 ? 0 : -0))],
  ])("of %s", (_, fill) => {
    for (let seed = 0; seed < 10; seed++) {
      const [bySimd, plainly] = [simd, plain].map((room) => resultIn(room, fill, seed, call)) as [number[], number[]];
      expect(differences(bySimd, plainly, !name.includes("Encode"))).toEqual([]);
    }
  });
});

test("every pattern of 16 bits is decoded alike", () => {
  for (let first = 0; first < 65_536; first += COUNT) {
    const decoded = [simd, plain].map(({ functions, slots }) => {
      const [floats, halves] = slots as [Float32Array, Float32Array];
      new Uint16Array(halves.buffer, halves.byteOffset, COUNT).set(Array.from({ length: COUNT }, (_, i) => first + i));
      functions.fp16Decode(halves.byteOffset, floats.byteOffset, COUNT);
      return floats.slice(0, COUNT);
    });
    expect(decoded[0]).toEqual(decoded[1]);
  }
});
