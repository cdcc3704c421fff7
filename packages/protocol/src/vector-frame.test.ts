import { murmur3 } from "@convoy/foundation";
import { checksum } from "@convoy/vectors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FRAME_HEADER_BYTES, type FrameHeader } from "./frame-header.ts";
import { limits } from "./limits.ts";
import { OutgoingFrame, type ParsedFrame, readFrame } from "./vector-frame.ts";
import { PROTOCOL_VERSION } from "./version.ts";

const header: FrameHeader = { run: "00112233445566ff", version: 0x0102_0304, lease: 0xa1a2_a3a4 };
const values = [1, -2.5, 1.0000001192092896, 0];

function frameOf(vector: readonly number[] = values, change: Partial<FrameHeader> = {}): Uint8Array {
  const frame = new OutgoingFrame(vector.length);
  frame.vector.set(vector);
  return frame.seal({ ...header, ...change });
}

function reasonOf(parsed: ParsedFrame): string {
  return parsed.ok ? "understood" : parsed.refusal.reason;
}

function withByte(frame: Uint8Array, offset: number, change: (byte: number) => number): Uint8Array {
  const copy = frame.slice();
  copy[offset] = change(copy[offset] as number);
  return copy;
}

test("[F1] the header is 40 bytes, little-endian, the checksum over all other fields and the elements", () => {
  const frame = frameOf([1]);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  expect(frame.byteLength).toBe(FRAME_HEADER_BYTES + 4);
  expect(Buffer.from(frame).toString("hex")).toBe(
    [
      "43565901", // "CVY", encoding 1
      `${PROTOCOL_VERSION.toString(16).padStart(2, "0")}000000`,
      "00112233445566ff", // run
      "04030201", // version
      "a4a3a2a1", // lease
      "01000000", // length
      Buffer.from(frame.subarray(28, 32)).toString("hex"),
      "0000000000000000",
      "0000803f", // 1.0
    ].join(""),
  );
  expect(view.getUint32(28, true)).toBe(checksum(frame.subarray(40), murmur3(frame.subarray(0, 28))));
});

test("[F1] a frame comes back as it was sealed", () => {
  const numbers = [...values, Number.NaN, Number.POSITIVE_INFINITY, 1e-45];
  const parsed = readFrame(frameOf(numbers), numbers.length);
  expect(parsed).toEqual({ ok: true, frame: { ...header, vector: Float32Array.from(numbers) } });
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])("[F2] a frame is read at offset %i of a buffer", (offset) => {
  const frame = frameOf();
  const buffer = new Uint8Array(frame.length + 16).fill(0xff);
  buffer.set(frame, offset);
  const parsed = readFrame(buffer.subarray(offset, offset + frame.length), values.length);
  expect(parsed).toEqual({ ok: true, frame: { ...header, vector: Float32Array.from(values) } });
});

test.each([0, 1, 2, 3])("[F2] a frame is read at offset %i of a Node buffer, whose slices are views", (offset) => {
  const frame = frameOf();
  for (const excess of [0, 1, 2, 3]) {
    const buffer = Buffer.from(new ArrayBuffer(offset + frame.length + excess));
    buffer.set(frame, offset);
    const parsed = readFrame(buffer.subarray(offset, offset + frame.length), values.length);
    expect(parsed.ok && [...parsed.frame.vector]).toEqual(values);
  }
});

test("[F2] an aligned frame is read in place, without a copy", () => {
  const frame = frameOf();
  const parsed = readFrame(frame, values.length);
  expect(parsed.ok && parsed.frame.vector.buffer).toBe(frame.buffer);
});

describe("[F3] bytes that are no frame", () => {
  test("for want of a header", () => {
    for (const length of [0, 1, FRAME_HEADER_BYTES - 1])
      expect(reasonOf(readFrame(frameOf().slice(0, length), values.length))).toBe("malformed");
  });

  test("for another magic", () => {
    for (const offset of [0, 1, 2])
      expect(
        reasonOf(
          readFrame(
            withByte(frameOf(), offset, (byte) => byte ^ 2),
            values.length,
          ),
        ),
      ).toBe("malformed");
  });

  test.each([0, 5, 255])("for the number of a codec that does not exist: %i", (number) => {
    const frame = withByte(frameOf(), 3, () => number);
    expect(reasonOf(readFrame(frame, values.length))).toBe("malformed");
  });

  test("for bytes in use that must be zero", () => {
    for (let offset = 32; offset < 40; offset++)
      expect(
        reasonOf(
          readFrame(
            withByte(frameOf(), offset, () => 1),
            values.length,
          ),
        ),
      ).toBe("malformed");
  });
});

test("[F4] a frame of another version of the protocol is refused as such", () => {
  const parsed = readFrame(
    withByte(frameOf(), 4, (byte) => byte + 1),
    values.length,
  );
  expect(reasonOf(parsed)).toBe("protocol-version");
});

describe("[F5] a frame of another length names its lease", () => {
  test.each([
    ["more elements than expected", frameOf(), values.length - 1],
    ["fewer elements than expected", frameOf(), values.length + 1],
    ["one byte too few", frameOf().slice(0, -1), values.length],
    ["no elements", frameOf().slice(0, FRAME_HEADER_BYTES), values.length],
    ["one byte too many", Uint8Array.of(...frameOf(), 0), values.length],
    ["an enormous length", withByte(frameOf(), 27, () => 255), values.length],
  ])("%s", (_, frame, expected) => {
    expect(readFrame(frame, expected)).toMatchObject({
      ok: false,
      refusal: { reason: "wrong-length", lease: header.lease },
    });
  });
});

describe("[F6] damage", () => {
  test("of any one bit of the elements is found, and the lease is named", () => {
    const frame = frameOf();
    for (let bit = 8 * FRAME_HEADER_BYTES; bit < 8 * frame.length; bit++) {
      const damaged = withByte(frame, bit >>> 3, (byte) => byte ^ (1 << (bit & 7)));
      expect(readFrame(damaged, values.length)).toMatchObject({
        ok: false,
        refusal: { reason: "bad-checksum", lease: header.lease },
      });
    }
  });

  test("of any one bit of the header is found", () => {
    const frame = frameOf();
    for (let bit = 0; bit < 8 * FRAME_HEADER_BYTES; bit++) {
      const damaged = withByte(frame, bit >>> 3, (byte) => byte ^ (1 << (bit & 7)));
      expect(reasonOf(readFrame(damaged, values.length))).not.toBe("understood");
    }
  });
});

test("[F7] no bytes make the reader throw", () => {
  const sealed = frameOf();
  const junk = fc.uint8Array({ maxLength: 100 });
  const mutated = fc
    .array(fc.tuple(fc.nat(sealed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    .map((changes) => changes.reduce((frame, [offset, byte]) => withByte(frame, offset, () => byte), sealed));
  fc.assert(
    fc.property(fc.oneof(junk, mutated), fc.nat(20), (bytes, expected) => {
      const parsed = readFrame(bytes, expected);
      return parsed.ok ? parsed.frame.vector.length === expected : parsed.refusal.sentence.length > 0;
    }),
    { numRuns: 5000, seed: 3 },
  );
});

test("[F8] the longest vector fits into one message; a longer one is a programmer's error", () => {
  const frame = new OutgoingFrame(limits.vectorLength).seal(header);
  expect(frame.byteLength).toBeLessThan(limits.messageBytes);
  expect(readFrame(frame, limits.vectorLength).ok).toBe(true);
  expect(() => new OutgoingFrame(limits.vectorLength + 1)).toThrow("a frame holds 1 to");
  expect(() => new OutgoingFrame(0)).toThrow("a frame holds 1 to");
});
