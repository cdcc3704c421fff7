import { RandomSequence } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import {
  accumulateWeighted,
  applyChange,
  decodeInto,
  type EncodedVector,
  type Encoding,
  encodeChange,
  encodedBytes,
  encodeVector,
  encodeWithFeedback,
} from "../index.ts";

const encodings: readonly Encoding[] = [{ codec: "fp16" }, { codec: "int8" }, { codec: "top-k", share: 0.05 }];
const lengths = [1, 7, 8, 9, 255, 256, 257, 8191, 8192, 8193, 20_001];

function draw(length: number, seed: number): Float32Array {
  const random = new RandomSequence(seed, "test");
  return Float32Array.from({ length }, () => random.normal() * 10 ** random.between(-3, 0));
}

function encoded(encoding: Encoding, vector: Float32Array): EncodedVector {
  const bytes = new Uint8Array(encodedBytes(encoding, vector.length));
  const used = encodeVector(encoding, vector, bytes, { seed: 4, counter: 2 });
  return { codec: encoding.codec, length: vector.length, bytes: bytes.subarray(0, used) };
}

function decoded(vector: EncodedVector): Float32Array {
  const out = new Float32Array(vector.length);
  decodeInto(out, vector);
  return out;
}

describe.each(encodings)("a vector in $codec", (encoding) => {
  test.each(lengths)(
    "of %i elements is added with a weight as it would be after decoding, to the last bit",
    (length) => {
      const vector = encoded(encoding, draw(length, length));
      for (const weight of [1, -1, 0.1, 1 / 3]) {
        const [fused, inTwo] = [draw(length, 2), draw(length, 2)];
        accumulateWeighted(fused, vector, weight);
        accumulateWeighted(inTwo, decoded(vector), weight);
        expect(fused).toEqual(inTwo);
      }
    },
  );

  test.each([1, 2, 3])("is read %i bytes beyond a word", (offset) => {
    const vector = encoded(encoding, draw(9000, 1));
    const shifted = new Uint8Array(vector.bytes.length + offset);
    shifted.set(vector.bytes, offset);
    expect(decoded({ ...vector, bytes: shifted.subarray(offset) })).toEqual(decoded(vector));
  });

  test("is read from a part of a longer vector, and written to one", () => {
    const whole = draw(10_000, 1);
    const part = whole.subarray(1001, 9001);
    expect(encoded(encoding, part)).toEqual(encoded(encoding, part.slice()));
    const out = new Float32Array(10_000);
    decodeInto(out.subarray(1001, 9001), encoded(encoding, part));
    expect(out.subarray(1001, 9001)).toEqual(decoded(encoded(encoding, part)));
    expect([out[1000], out[9001]]).toEqual([0, 0]);
  });

  test("leaves what it was encoded from as it was", () => {
    const vector = draw(9000, 1);
    encoded(encoding, vector);
    expect(vector).toEqual(draw(9000, 1));
  });

  test("into one of another length is a programmer's error", () => {
    const vector = encoded(encoding, draw(10, 1));
    expect(() => decodeInto(new Float32Array(9), vector)).toThrow("of its length");
    expect(() => accumulateWeighted(new Float32Array(11), vector, 1)).toThrow("one length");
  });
});

describe.each(encodings)("error feedback in $codec", (encoding) => {
  const encodeNext = (vector: Float32Array, residual: Float32Array, counter = 0): EncodedVector => {
    const bytes = new Uint8Array(encodedBytes(encoding, vector.length));
    const used = encodeWithFeedback(encoding, vector, residual, bytes, { seed: 4, counter });
    return { codec: encoding.codec, length: vector.length, bytes: bytes.subarray(0, used) };
  };

  test.each(lengths)("of %i elements leaves what was lost, to the last bit", (length) => {
    const [vector, residual] = [draw(length, 1), draw(length, 2)];
    const sum = residual.map((value, i) => value + (vector[i] as number));
    const back = decoded(encodeNext(vector, residual));
    expect(vector).toEqual(draw(length, 1));
    expect(residual).toEqual(sum.map((value, i) => value - (back[i] as number)));
  });

  test("in the end has sent all that came in, but for one residual", () => {
    const length = 5000;
    const residual = new Float32Array(length);
    const [sent, came] = [new Float64Array(length), new Float64Array(length)];
    for (let step = 0; step < 100; step++) {
      const vector = draw(length, step);
      const back = decoded(encodeNext(vector, residual, step));
      for (let i = 0; i < length; i++) {
        sent[i] = (sent[i] as number) + (back[i] as number);
        came[i] = (came[i] as number) + (vector[i] as number);
      }
    }
    const errors = came.map((value, i) => Math.abs(value - (sent[i] as number) - (residual[i] as number)));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    expect(Math.max(...came.map(Math.abs))).toBeGreaterThan(5);
  });

  test("begins again where there is no number, which is seen in what is sent", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const residual = new Float32Array(600).fill(0.3);
      const sent = encodeNext(draw(600, 1).with(300, value), residual);
      expect(decoded(sent).every(Number.isFinite)).toBe(false);
      expect(residual).toEqual(new Float32Array(600));
    }
  });

  test("wants a residual of the vector's length", () => {
    expect(() => encodeNext(new Float32Array(3), new Float32Array(4))).toThrow("its vector's length");
  });
});

describe.each(encodings)("a change in $codec", (encoding) => {
  const passage = (length: number) => {
    const [from, change] = [draw(length, 1), draw(length, 2)];
    const to = from.map((value, i) => value + 0.01 * (change[i] as number));
    return { from, to, reached: new Float32Array(length) };
  };
  const encodedChange = (given: ReturnType<typeof passage>): EncodedVector => {
    const bytes = new Uint8Array(encodedBytes(encoding, given.from.length));
    const used = encodeChange(encoding, given, bytes, { seed: 4, counter: 2 });
    return { codec: encoding.codec, length: given.from.length, bytes: bytes.subarray(0, used) };
  };

  test.each(lengths)("of %i elements leads to the same bits for whoever is sent it", (length) => {
    const given = passage(length);
    const change = encodedChange(given);
    expect(change).toEqual(
      encoded(
        encoding,
        given.to.map((value, i) => value - (given.from[i] as number)),
      ),
    );
    const there = new Float32Array(length);
    applyChange(given.from, change, there);
    expect(there).toEqual(given.reached);
    const back = decoded(change);
    expect(there).toEqual(given.from.map((value, i) => value + (back[i] as number)));
  });

  test("leaves where it begins and where it was to lead as they were", () => {
    const given = passage(9000);
    encodedChange(given);
    expect([given.from, given.to]).toEqual([passage(9000).from, passage(9000).to]);
  });

  test("step by step follows a vector that moves on, and is never far from it", () => {
    const length = 3000;
    let [held, reached] = [new Float32Array(length), new Float32Array(length)];
    const moving = new Float32Array(length);
    const bytes = new Uint8Array(encodedBytes(encoding, length));
    const random = new RandomSequence(3, "test");
    let farthest = 0;
    for (let step = 0; step < 400; step++) {
      for (let i = 0; i < length; i++) moving[i] = (moving[i] as number) + random.between(-1, 1.5);
      encodeChange(encoding, { from: held, to: moving, reached }, bytes, { seed: 4, counter: step });
      [held, reached] = [reached, held];
      for (let i = 0; i < length; i++) {
        farthest = Math.max(farthest, Math.abs((held[i] as number) - (moving[i] as number)));
      }
    }
    // Of int8 a step is a 127th of the largest change; top-k lets an element wait until it is among the largest.
    expect(farthest).toBeLessThan({ fp16: 0.001, int8: 1.6 / 127, "top-k": 40 }[encoding.codec]);
    expect(Math.max(...moving)).toBeGreaterThan(100);
  });

  test("that is no number leads to none", () => {
    for (const value of [Number.NaN, 3e38]) {
      const given = passage(600);
      given.from.fill(-3e38);
      given.to[300] = value;
      encodedChange(given);
      expect(given.reached.every(Number.isFinite)).toBe(false);
    }
  });

  test("of another length is a programmer's error", () => {
    expect(() => encodedChange({ ...passage(9), to: new Float32Array(8) })).toThrow("one length");
  });
});

test("floats are decoded as they are", () => {
  const out = new Float32Array(100);
  decodeInto(out, draw(100, 1));
  expect(out).toEqual(draw(100, 1));
});
