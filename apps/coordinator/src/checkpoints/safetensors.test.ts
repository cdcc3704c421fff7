import { lenet5, parameterLayout } from "@convoy/models";
import { expect, test } from "vitest";
import { safetensorsParts } from "./safetensors.ts";

const layout = parameterLayout(lenet5);
const vector = Float32Array.from({ length: layout.length }, (_, i) => Math.fround(Math.sin(i)));

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

const encode = (from: Float32Array, metadata: Record<string, string>) =>
  new Uint8Array(Buffer.concat(safetensorsParts(layout, new Map([["", from]]), metadata)));

/** Reads a file as the format's page says, with nothing of the encoder. */
function decode(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const text = new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + headerLength));
  const { __metadata__: metadata, ...entries } = JSON.parse(text) as Record<string, Entry>;
  const data = file.slice(8 + headerLength);
  return { headerLength, text, metadata: metadata as unknown, entries, data };
}

test("every tensor is found by its name, with its shape and its values", () => {
  const { entries, data, metadata } = decode(encode(vector, { step: "412" }));
  expect(metadata).toEqual({ step: "412" });
  expect(Object.keys(entries)).toEqual(layout.entries.map(({ name }) => name));
  for (const { name, shape, offset, length } of layout.entries) {
    const entry = entries[name] as Entry;
    expect(entry).toMatchObject({ dtype: "F32", shape: [...shape] });
    const values = new Float32Array(data.buffer.slice(...entry.data_offsets));
    expect(values).toEqual(vector.slice(offset, offset + length));
  }
});

test("the tensors cover the file without gap or overlap", () => {
  const { entries, data } = decode(encode(vector, {}));
  let end = 0;
  for (const { data_offsets } of Object.values(entries)) {
    expect(data_offsets[0]).toBe(end);
    end = data_offsets[1];
  }
  expect(end).toBe(data.byteLength);
});

test("the tensors begin at a multiple of 8, whatever the metadata", () => {
  for (let length = 0; length < 17; length++) {
    for (const letter of ["x", "é", "火"]) {
      const { headerLength, text, metadata } = decode(encode(vector, { note: letter.repeat(length) }));
      expect(headerLength % 8).toBe(0);
      expect(text.startsWith("{")).toBe(true);
      expect(metadata).toEqual({ note: letter.repeat(length) });
    }
  }
});

test("a part of a larger buffer is written, and no more", () => {
  const larger = new Float32Array(layout.length + 10).fill(7);
  larger.set(vector, 5);
  const file = encode(larger.subarray(5, 5 + layout.length), {});
  expect(new Float32Array(decode(file).data.buffer)).toEqual(vector);
});

test("a vector of another length is a programmer's error", () => {
  expect(() => encode(new Float32Array(3), {})).toThrow("the layout's length");
});
