import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accumulateWeighted,
  type EncodedVector,
  type Encoding,
  encodedBytes,
  encodeVector,
  faultInContent,
  faultInLength,
  isFiniteVector,
  normOf,
} from "../index.ts";

const faultIn = (vector: EncodedVector) => faultInLength(vector) ?? faultInContent(vector);

const LENGTH = 1000;

function encoded(encoding: Encoding): EncodedVector {
  const vector = Float32Array.from({ length: LENGTH }, (_, i) => Math.sin(i));
  const bytes = new Uint8Array(encodedBytes(encoding, LENGTH));
  const used = encodeVector(encoding, vector, bytes, { seed: 4, counter: 2 });
  return { codec: encoding.codec, length: LENGTH, bytes: bytes.slice(0, used) };
}

const encodings: readonly Encoding[] = [{ codec: "fp16" }, { codec: "int8" }, { codec: "top-k", share: 0.01 }];

describe.each(encodings)("in $codec", (encoding) => {
  const good = encoded(encoding);

  test("what was encoded has no fault", () => {
    expect(faultIn(good)).toBeNull();
  });

  test("bytes missing or left over are a wrong length", () => {
    const longer = new Uint8Array(good.bytes.length + 1);
    longer.set(good.bytes);
    expect(faultIn({ ...good, bytes: longer })).toMatchObject({ kind: "wrong-length" });
    expect(faultIn({ ...good, bytes: new Uint8Array() })).toMatchObject({ kind: "wrong-length" });
    for (let cut = 1; cut < good.bytes.length; cut++)
      expect(["wrong-length", "malformed"]).toContain(faultIn({ ...good, bytes: good.bytes.slice(0, -cut) })?.kind);
  });

  test("what has no fault can be read, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.bytes.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(20),
        (changes, cut) => {
          const bytes = good.bytes.slice(0, good.bytes.length - (cut > 3 ? 0 : cut));
          for (const [place, byte] of changes) if (place < bytes.length) bytes[place] = byte;
          const vector = { ...good, bytes };
          const fault = faultIn(vector);
          if (fault !== null) return fault.sentence.length > 0;
          const sum = new Float32Array(LENGTH);
          accumulateWeighted(sum, vector, 1);
          // In top-k sums of equal bits come from wherever they are said to be: all of them within the vector.
          return isFiniteVector(vector) === sum.every(Number.isFinite) && normOf(vector) !== -1;
        },
      ),
      { seed: 1, numRuns: 3000 },
    );
  });
});

function withScale(vector: EncodedVector, at: number, scale: number): EncodedVector {
  const bytes = vector.bytes.slice();
  new DataView(bytes.buffer).setFloat32(at, scale, true);
  return { ...vector, bytes };
}

describe.each([
  ["int8", encoded({ codec: "int8" }), 12],
  ["top-k", encoded({ codec: "top-k", share: 0.01 }), 4],
] as const)("a scale of %s", (_, vector, at) => {
  test("must be a number", () => {
    for (const scale of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(faultIn(withScale(vector, at, scale))).toMatchObject({ kind: "not-finite" });
  });

  test("must be above zero", () => {
    for (const scale of [0, -0, -1]) expect(faultIn(withScale(vector, at, scale))).toMatchObject({ kind: "malformed" });
  });
});

/** Three values of 1 with these bytes as their gaps. */
function withGaps(...gaps: number[]): EncodedVector {
  const bytes = Uint8Array.of(3, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0x3c, 0, 0x3c, 0, 0x3c, ...gaps);
  return { codec: "top-k", length: LENGTH, bytes };
}

describe("the indices of top-k", () => {
  test("are told by the gaps between them", () => {
    const sum = new Float32Array(LENGTH);
    const vector = withGaps(2, 0, 0x83, 0x01);
    expect(faultIn(vector)).toBeNull();
    accumulateWeighted(sum, vector, 1);
    expect([...sum.keys()].filter((i) => sum[i] === 1)).toEqual([2, 3, 3 + 1 + 131]);
  });

  test("end with the vector's last element", () => {
    expect(faultIn(withGaps(0, 0, 0xe5, 0x07))).toBeNull();
    expect(faultIn(withGaps(0, 0, 0xe6, 0x07))?.kind).toBe("malformed");
  });

  test.each([
    ["beyond the vector", [0, 0xff, 0x7f, 0]],
    ["beyond 32 bits, which would lead back to where one was", [0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
    ["of more bytes than 32 bits need", [0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0]],
    ["with a byte that says nothing", [0, 0x81, 0x00, 0]],
    ["without an end", [0, 0, 0x81]],
  ])("a gap %s is malformed", (_, gaps) => {
    expect(faultIn(withGaps(...gaps))?.kind).toBe("malformed");
  });

  test("are as many as there are values", () => {
    expect(faultIn(withGaps(0, 0, 0, 0))?.kind).toBe("wrong-length");
    expect(faultIn(withGaps(0, 0))?.kind).toBe("wrong-length");
  });

  test.each([0, 1001, 0xffffffff])("cannot be %i of a thousand", (k) => {
    const vector = withGaps(0, 0, 0);
    new DataView(vector.bytes.buffer).setUint32(0, k, true);
    expect(faultIn(vector)?.kind).toBe("wrong-length");
  });
});
