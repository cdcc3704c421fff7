import { murmur3 } from "@convoy/foundation";
import {
  accumulateWeighted,
  checksum,
  decodeInto,
  type EncodedVector,
  type Encoding,
  encodedBytes,
} from "@convoy/vectors";
import { describe, expect, test } from "vitest";
import { type CodecName, codecNames, FRAME_HEADER_BYTES, type FrameHeader } from "./frame-header.ts";
import { forgedFrame } from "./hostile/index.ts";
import { limits } from "./limits.ts";
import {
  checksumsEverywhere,
  checksumsHere,
  drawVector,
  encodings,
  frameHeader,
  rounding,
  sealFrame,
} from "./test-frames.ts";
import { OutgoingEncodedFrame, OutgoingFrame, type ParsedFrame, readFrame } from "./vector-frame.ts";

const header: FrameHeader = frameHeader;
const LENGTH = 600;
const all: ReadonlySet<CodecName> = new Set(codecNames);

const draw = (length = LENGTH) => drawVector(length);
const sealed = (encoding: Encoding, vector = draw()) => sealFrame(encoding, vector);

function understood(bytes: Uint8Array, length = LENGTH): EncodedVector | Float32Array {
  const parsed = readFrame(bytes, length, all);
  if (!parsed.ok) throw new Error(parsed.refusal.sentence);
  expect(parsed.frame).toMatchObject(header);
  return parsed.frame.vector;
}

function decoded(vector: EncodedVector | Float32Array): Float32Array {
  const out = new Float32Array(vector.length);
  decodeInto(out, vector);
  return out;
}

const reasonOf = (parsed: ParsedFrame<unknown>) => (parsed.ok ? "understood" : parsed.refusal.reason);
const readByAll = (bytes: Uint8Array) => readFrame(bytes, LENGTH, all);

describe.each([2, 3, 4])("[F1] codec %i", (number) => {
  const encoding = encodings[number - 2] as Encoding;

  test("has its number behind the magic, the number of elements, and a checksum over what they are encoded in", () => {
    const frame = sealed(encoding);
    expect(String.fromCharCode(...frame.subarray(0, 3))).toBe("CVY");
    expect(frame[3]).toBe(number);
    const view = new DataView(frame.buffer);
    expect(view.getUint32(24, true)).toBe(LENGTH);
    expect(view.getUint32(28, true)).toBe(checksum(frame.subarray(40), murmur3(frame.subarray(0, 28))));
  });
});

describe.each(encodings)("[F10] a frame in $codec", (encoding) => {
  test("is added with a weight to the same bits as after decoding", () => {
    const vector = understood(sealed(encoding));
    const [fused, inTwo] = [draw(), draw()];
    accumulateWeighted(fused, vector, 0.3);
    accumulateWeighted(inTwo, decoded(vector), 0.3);
    expect(fused).toEqual(inTwo);
    expect(fused).not.toEqual(draw());
  });

  test("is near what was sealed, in fewer bytes", () => {
    const frame = sealed(encoding);
    const floats = new OutgoingFrame(LENGTH).seal(header).length;
    expect(frame.length - FRAME_HEADER_BYTES).toBeLessThanOrEqual((floats - FRAME_HEADER_BYTES) / 2);
    const [vector, back] = [draw(), decoded(understood(frame))];
    const kept = [...back.keys()].filter((i) => back[i] !== 0);
    expect(kept.length).toBeGreaterThanOrEqual(30);
    for (const i of kept) expect(Math.abs((back[i] as number) - (vector[i] as number))).toBeLessThan(0.01);
  });

  test.each([0, 1, 2, 3])("is read where it lies, %i bytes beyond a word", (offset) => {
    const frame = sealed(encoding);
    const shifted = new Uint8Array(frame.length + 8).subarray(offset, offset + frame.length);
    shifted.set(frame);
    const vector = understood(shifted) as EncodedVector;
    expect(decoded(vector)).toEqual(decoded(understood(frame)));
    expect(vector.bytes.buffer).toBe(shifted.buffer);
  });

  test("with a residual leaves there what it lost", () => {
    const frame = new OutgoingEncodedFrame(encoding, LENGTH);
    const residual = draw();
    const back = decoded(understood(frame.seal(header, draw(), rounding, residual)));
    expect(residual).toEqual(draw().map((value, i) => Math.fround(value + value) - (back[i] as number)));
  });

  test("is used for one vector after the other", () => {
    const frame = new OutgoingEncodedFrame(encoding, LENGTH);
    const first = frame.seal(header, new Float32Array(LENGTH).fill(1), rounding);
    expect(decoded(understood(first)).includes(1)).toBe(true);
    expect(frame.seal(header, draw(), rounding)).toEqual(sealed(encoding));
  });

  test("is for vectors of its length", () => {
    expect(() => new OutgoingEncodedFrame(encoding, 3).seal(header, draw(4), rounding)).toThrow("3 elements, not 4");
    expect(() => new OutgoingEncodedFrame(encoding, 0)).toThrow("a frame holds 1 to");
    expect(() => new OutgoingEncodedFrame(encoding, limits.vectorLength + 1)).toThrow("a frame holds 1 to");
  });
});

describe.each(encodings)("a frame in $codec that is damaged", (encoding) => {
  test("[F5] by another number of bytes or of elements is named with its lease", () => {
    const frame = sealed(encoding);
    const { lease } = header;
    for (const length of [LENGTH - 1, LENGTH + 1])
      expect(readFrame(frame, length, all)).toMatchObject({ refusal: { reason: "wrong-length", lease } });
    const longer = new Uint8Array(frame.length + 1);
    longer.set(frame);
    for (const bytes of [longer, frame.slice(0, -1), frame.slice(0, FRAME_HEADER_BYTES)]) {
      const whole = forgedFrame(bytes);
      expect(["wrong-length", "malformed"]).toContain(reasonOf(readByAll(whole)));
      expect(readByAll(whole)).toMatchObject({ refusal: { lease } });
    }
  });

  test("[F6] in any one bit is found", () => {
    const frame = sealed(encoding);
    for (let bit = 0; bit < 8 * frame.length; bit++) {
      const damaged = frame.slice();
      damaged[bit >>> 3] = (damaged[bit >>> 3] as number) ^ (1 << (bit & 7));
      const parsed = readByAll(damaged);
      if (bit < 8 * FRAME_HEADER_BYTES) expect(parsed.ok).toBe(false);
      else expect(parsed).toMatchObject({ refusal: { reason: "bad-checksum", lease: header.lease } });
    }
  });
});

describe("[F9] a codec that was not agreed", () => {
  test.each(encodings)("is refused: $codec where nothing is said", (encoding) => {
    expect(readFrame(sealed(encoding), LENGTH)).toMatchObject({
      ok: false,
      refusal: { reason: "codec-not-agreed", lease: header.lease },
    });
  });

  test("is refused whichever it is, fp32 too; and only that", () => {
    const frames = new Map<CodecName, Uint8Array>(encodings.map((encoding) => [encoding.codec, sealed(encoding)]));
    frames.set("fp32", new OutgoingFrame(LENGTH).seal(header));
    for (const [codec, frame] of frames) {
      for (const agreed of codecNames) {
        const expected = codec === agreed ? "understood" : "codec-not-agreed";
        expect(reasonOf(readFrame(frame, LENGTH, new Set([agreed])))).toBe(expected);
      }
    }
  });

  test("is told apart from another version of the protocol", () => {
    const frame = sealed({ codec: "int8" });
    frame[4] = (frame[4] as number) + 1;
    expect(reasonOf(readFrame(frame, LENGTH))).toBe("protocol-version");
  });
});

describe("[F11] bytes that no vector is encoded in", () => {
  const int8 = sealed({ codec: "int8" });
  const topK = sealed({ codec: "top-k", share: 0.005 });
  const gapsAt = 8 + 2 * 3;

  test.each([
    ["not-finite", "a scale that is not a number", int8, (body: DataView) => body.setFloat32(8, Number.NaN, true)],
    ["not-finite", "an infinite scale", int8, (body: DataView) => body.setFloat32(0, -1 / 0, true)],
    ["malformed", "a scale of zero", int8, (body: DataView) => body.setFloat32(4, 0, true)],
    ["not-finite", "a scale of the values", topK, (body: DataView) => body.setFloat32(4, 1 / 0, true)],
    ["malformed", "a scale below zero", topK, (body: DataView) => body.setFloat32(4, -1, true)],
    [
      "wrong-length",
      "more elements than the vector has",
      topK,
      (body: DataView) => body.setUint32(0, LENGTH + 1, true),
    ],
    ["wrong-length", "more elements than there are bytes", topK, (body: DataView) => body.setUint32(0, LENGTH, true)],
    ["wrong-length", "no elements", topK, (body: DataView) => body.setUint32(0, 0, true)],
    ["malformed", "an index beyond the vector", topK, (body: DataView) => body.setUint16(gapsAt, 0x7fff, true)],
    [
      "malformed",
      "an index that would repeat, after a gap of 2³² − 1",
      forgedFrame(sealed({ codec: "top-k", share: 0.01 }), (body) => body.setUint8(8 + 2 * 6, 0)),
      (body: DataView) => {
        body.setUint32(8 + 2 * 6 + 1, 0xffffffff, true);
        body.setUint8(8 + 2 * 6 + 5, 0x0f);
      },
    ],
  ])("%s: %s", (reason, _, frame, change) => {
    expect(readByAll(forgedFrame(frame, change))).toMatchObject({
      ok: false,
      refusal: { reason, lease: header.lease },
    });
  });
});

test("[F12] the bytes are the same on every machine", () => {
  expect(checksumsHere()).toEqual(checksumsEverywhere);
});

test("[F8] the longest vector fits into one message in every codec", () => {
  for (const encoding of [...encodings, { codec: "top-k", share: 1 } as const])
    expect(FRAME_HEADER_BYTES + encodedBytes(encoding, limits.vectorLength)).toBeLessThan(limits.messageBytes);
});
