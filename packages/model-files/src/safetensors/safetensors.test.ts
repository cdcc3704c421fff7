import { edgeNetworks } from "@convoy/engine/conformance-networks";
import { alexnet, alexnetSmall, lenet5, lenet5of1998, type ModelSpecification, parameterLayout } from "@convoy/models";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinPieces } from "../file-content.ts";
import { ModelFileError } from "../model-file-error.ts";
import { pytorchTensors } from "../pytorch-tensors.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { writeSafetensors } from "./write-safetensors.ts";

interface Tensor {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function numbers(model: ModelSpecification): Float32Array {
  return Float32Array.from({ length: parameterLayout(model).length }, (_, i) => Math.sin(i));
}

/** Takes a file apart as the format's page says, with nothing of the reader. */
function takeApart(file: Uint8Array) {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + length));
  const { __metadata__: metadata, ...tensors } = JSON.parse(text) as Record<string, Tensor>;
  return { length, text, metadata: metadata as unknown, tensors, data: file.slice(8 + length) };
}

function putTogether(header: unknown, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const whole = joinPieces(writeSafetensors(lenet5, numbers(lenet5), {}));

describe("a network as safetensors", () => {
  test.each([lenet5, lenet5of1998, alexnetSmall, ...edgeNetworks].map((model) => [model.name, model] as const))(
    "is read as it was written: %s",
    (_name, model) => {
      const parameters = numbers(model);
      expect(
        haveSameBits(readSafetensors(joinPieces(writeSafetensors(model, parameters, {})), model), parameters),
      ).toBe(true);
    },
  );

  test("has PyTorch's order within a tensor: out × in × height × width, and channels first where an image is flattened", () => {
    const model: ModelSpecification = {
      name: "tiny",
      inputShape: [3, 4, 2],
      layers: [
        { type: "convolution", channels: 3, window: 2, stride: 1, padding: "valid" },
        { type: "flatten" },
        { type: "dense", units: 2 },
      ],
      classCount: 2,
    };
    const parameters = numbers(model);
    const { tensors, data } = takeApart(joinPieces(writeSafetensors(model, parameters, {})));
    const [filter, , dense] = parameterLayout(model).entries.map(({ offset }) => offset) as [number, number, number];
    const at = (name: string, place: number) =>
      new DataView(data.buffer).getFloat32((tensors[name] as Tensor).data_offsets[0] + 4 * place, true);
    expect(tensors["conv1.weight"]?.shape).toEqual([3, 2, 2, 2]);
    for (const [o, i, h, w] of [
      [0, 0, 0, 0],
      [2, 1, 0, 1],
      [1, 0, 1, 0],
      [2, 1, 1, 1],
    ] as const) {
      expect(at("conv1.weight", ((o * 2 + i) * 2 + h) * 2 + w)).toBe(
        parameters[filter + ((h * 2 + w) * 2 + i) * 3 + o],
      );
    }
    expect(tensors["fc1.weight"]?.shape).toEqual([2, 18]);
    for (const [o, c, h, w] of [
      [0, 0, 0, 0],
      [1, 2, 1, 2],
      [1, 0, 1, 0],
      [0, 1, 0, 2],
    ] as const) {
      expect(at("fc1.weight", o * 18 + (c * 2 + h) * 3 + w)).toBe(parameters[dense + ((h * 3 + w) * 3 + c) * 2 + o]);
    }
  });

  test("begins its tensors at a multiple of 8 and covers the file without gap or overlap, whatever the metadata", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })), (metadata) => {
        const file = joinPieces(writeSafetensors(lenet5, numbers(lenet5), metadata));
        const found = takeApart(file);
        expect(found.length % 8).toBe(0);
        expect(found.text.startsWith("{")).toBe(true);
        expect(found.metadata).toEqual({ format: "pt", ...metadata });
        let end = 0;
        for (const { data_offsets } of Object.values(found.tensors)) {
          expect(data_offsets[0]).toBe(end);
          end = data_offsets[1];
        }
        expect(end).toBe(found.data.length);
        expect(haveSameBits(readSafetensors(file, lenet5), numbers(lenet5))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("a vector of another length is a programmer's error", () => {
    expect(() => writeSafetensors(lenet5, new Float32Array(3), {})).toThrow("the layout's length");
  });

  test("its pieces are small, however large a network is", () => {
    const content = writeSafetensors(alexnet, new Float32Array(parameterLayout(alexnet).length), {});
    let length = 0;
    for (const piece of content.pieces()) {
      expect(piece.byteLength).toBeLessThanOrEqual(1024 * 1024);
      length += piece.byteLength;
    }
    expect(length).toBe(content.byteLength);
  });
});

describe("a file from elsewhere", () => {
  const { tensors, data } = takeApart(whole);

  test("may have its tensors in any order, in places of any order, at odd places, and any metadata", () => {
    const names = Object.keys(tensors).toReversed();
    const parts: Uint8Array[] = [Uint8Array.of(1, 2, 3)];
    let place = 3;
    const header: Record<string, unknown> = { __metadata__: { note: "é 火 ".repeat(1000) } };
    for (const name of names) {
      const { dtype, shape, data_offsets } = tensors[name] as Tensor;
      const bytes = data.subarray(...data_offsets);
      header[name] = { dtype, shape, data_offsets: [place, place + bytes.length] };
      place += bytes.length;
      parts.push(bytes);
    }
    const all = Uint8Array.from(parts.flatMap((part) => [...part]));
    expect(haveSameBits(readSafetensors(putTogether(header, all), lenet5), numbers(lenet5))).toBe(true);
  });

  test.each([
    ["F64", 8, (view: DataView, place: number, value: number) => view.setFloat64(place, value, true), [0.1, -3, 1e30]],
    [
      "F16",
      2,
      (view: DataView, place: number, value: number) => view.setUint16(place, half(value), true),
      [0.5, -1.25, 2 ** -24, -0, 65504],
    ],
    [
      "BF16",
      2,
      (view: DataView, place: number, value: number) => view.setUint16(place, upperHalf(value), true),
      [0.5, -3, 2 ** 100],
    ],
  ] as const)("may have numbers of the type %s", (dtype, bytes, write, values) => {
    const header: Record<string, unknown> = {};
    for (const [name, { shape, data_offsets }] of Object.entries(tensors)) {
      const [begin, end] = data_offsets.map((offset) => (offset / 4) * bytes);
      header[name] = { dtype, shape, data_offsets: [begin, end] };
    }
    const content = new Uint8Array((data.length / 4) * bytes);
    const view = new DataView(content.buffer);
    for (let i = 0; i < data.length / 4; i++) write(view, i * bytes, values[i % values.length] as number);
    const first = readSafetensors(putTogether(header, content), lenet5);
    // The first bias: six numbers in a row.
    const { offset } = parameterLayout(lenet5).entries[1] as { offset: number };
    const expected = Array.from({ length: 6 }, (_, i) => Math.fround(values[(offset + i) % values.length] as number));
    expect([...first.subarray(offset, offset + 6)]).toEqual(expected);
  });

  const change = (name: string, changes: Partial<Tensor>) => ({
    ...tensors,
    [name]: { ...(tensors[name] as Tensor), ...changes },
  });
  const without = (name: string) => Object.fromEntries(Object.entries(tensors).filter(([each]) => each !== name));
  const withValue = (value: number) => {
    const changed = data.slice();
    new DataView(changed.buffer).setFloat32((tensors["fc2.bias"] as Tensor).data_offsets[0] + 8, value, true);
    return putTogether(tensors, changed);
  };
  const long = new Uint8Array(16).fill(255);

  test.each([
    ["nothing", new Uint8Array(0), "is no safetensors file: it has 0 bytes"],
    ["a few bytes", new Uint8Array(7), "it has 7 bytes, and the length of its header takes 8"],
    [
      "bytes of something else",
      long,
      "is no safetensors file, or damaged: it begins with a header of 18446744073709551615 bytes",
    ],
    ["a header that is cut off", whole.subarray(0, 100), "is cut off: its header needs"],
    ["a header that is no JSON", putTogether("{", data), "its header is not JSON"],
    ["a header that is not UTF-8", putTogether("{}", data).with(8, 0xff), "its header is not JSON"],
    ["a header that is a list", putTogether([], data), "its header does not name tensors"],
    [
      "tensors that are cut off",
      whole.subarray(0, -1),
      "is cut off: its tensor fc3.bias ends 1 bytes behind the end of the file",
    ],
    [
      "no tensors",
      putTogether({ __metadata__: {} }, data),
      "has no tensor conv1.weight, one of the 10 of this network; it has none",
    ],
    [
      "a tensor too few",
      putTogether(without("fc1.bias"), data),
      "has no tensor fc1.bias, one of the 10 of this network; it has conv1.weight, conv1.bias, conv2.weight, conv2.bias and others",
    ],
    [
      "a tensor too many",
      putTogether({ ...tensors, "bn1.weight": tensors["fc1.bias"] }, data),
      "has a tensor bn1.weight, which this network has not: its tensors are conv1.weight,",
    ],
    [
      "another network",
      joinPieces(writeSafetensors(lenet5of1998, numbers(lenet5of1998), {})),
      "has a tensor fc1.weight of the shape 120×400, and 120×256 is expected",
    ],
    [
      "filters in TensorFlow's order",
      putTogether(change("conv2.weight", { shape: [5, 5, 6, 16] }), data),
      "has a tensor conv2.weight of the shape 5×5×6×16, and 16×6×5×5 is expected",
    ],
    [
      "a number where a list is expected",
      putTogether(change("fc3.bias", { shape: [] }), data),
      "has a tensor fc3.bias of the shape (), and 10 is expected",
    ],
    [
      "whole numbers",
      putTogether(change("fc1.bias", { dtype: "I32" }), data),
      "has numbers of the type I32 in its tensor fc1.bias; F32, F64, F16 and BF16 can be read",
    ],
    [
      "a name of the language for a type",
      putTogether(change("fc1.bias", { dtype: "constructor" }), data),
      "has numbers of the type constructor",
    ],
    [
      "a place that does not fit",
      putTogether(change("fc1.bias", { dtype: "F64" }), data),
      "is damaged: its tensor fc1.bias takes 480 bytes, and 120 numbers of the type F64 take 960",
    ],
    [
      "a place that ends before it begins",
      putTogether(change("fc1.bias", { data_offsets: [8, 4] }), data),
      "is damaged: its tensor fc1.bias ends at byte 4, before it begins",
    ],
    [
      "a place that is none",
      putTogether(change("fc1.bias", { data_offsets: [-4, 4] }), data),
      "is damaged: the header of its tensor fc1.bias has no type, shape and place",
    ],
    [
      "an entry that is none",
      putTogether({ ...tensors, "fc1.bias": null }, data),
      "is damaged: the header of its tensor fc1.bias has no type, shape and place",
    ],
    ["a value that is no number", withValue(Number.NaN), "has the value NaN at place 2 of its tensor fc2.bias"],
    [
      "an infinite value",
      withValue(Number.NEGATIVE_INFINITY),
      "has the value -Infinity at place 2 of its tensor fc2.bias",
    ],
  ])("with %s is refused in a sentence", (_what, file, sentence) => {
    const read = () => readSafetensors(file, lenet5);
    expect(read).toThrow(ModelFileError);
    expect(read).toThrow(sentence);
  });

  test("with a number that is too large for single precision is refused by the number", () => {
    const content = data.slice();
    new DataView(content.buffer).setFloat64(0, 1e300, true);
    const header = change("conv1.bias", { dtype: "F64", data_offsets: [0, 48] });
    expect(() => readSafetensors(putTogether(header, content), lenet5)).toThrow(
      "has the value 1e+300 at place 0 of its tensor conv1.bias",
    );
  });

  test("of any bytes is read or refused, and nothing else", () => {
    const attempt = (file: Uint8Array) => {
      try {
        readSafetensors(file, lenet5);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelFileError);
      }
    };
    const headerLength = 8 + takeApart(whole).length;
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), attempt), { numRuns: 300 });
    fc.assert(
      fc.property(fc.nat(headerLength - 1), fc.integer({ min: 0, max: 255 }), (place, byte) =>
        attempt(whole.with(place, byte)),
      ),
      { numRuns: 300 },
    );
  });
});

test("names are those of torchvision's AlexNet, and of PyTorch's tutorial for the others", () => {
  const names = (model: ModelSpecification) => pytorchTensors(model).map(({ name }) => name);
  const modules = ["conv1", "conv2", "fc1", "fc2", "fc3"];
  expect(names(lenet5)).toEqual(modules.flatMap((module) => [`${module}.weight`, `${module}.bias`]));
  const sequences = ["features.0", "features.3", "features.6", "features.8", "features.10"];
  const alexnetModules = [...sequences, "classifier.1", "classifier.4", "classifier.6"];
  expect(names(alexnet)).toEqual(alexnetModules.flatMap((module) => [`${module}.weight`, `${module}.bias`]));
});

/** Quicker than Vitest, which looks at every number by its name. */
function haveSameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}

/** Of a number that half precision has. */
function half(value: number): number {
  const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | (size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

function upperHalf(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint16(0);
}
