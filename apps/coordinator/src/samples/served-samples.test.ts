import { inflateRawSync } from "node:zlib";
import { drawBuiltInDigits, gatherSamples } from "@convoy/datasets";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { tinyDataset } from "../run/test-run-loop.ts";
import { ServedSamples } from "./served-samples.ts";

const digits = drawBuiltInDigits({ trainCount: 200, testCount: 50 });
const order = Uint32Array.from({ length: 200 }, (_, i) => 199 - i);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("[L14] what workers are sent of a dataset", () => {
  test("is compressed once the pass has come by, of both sets, with the same labels", () => {
    const served = new ServedSamples(digits);
    const asked = [7, 3, 49];
    const before = served.take("train", asked, false);
    expect(before).toEqual({ compression: "none", ...gatherSamples(digits.train, asked) });
    served.compressAlong(order);
    vi.runAllTimers();
    for (const split of ["train", "test"] as const) {
      const { compression, pixels, labels } = served.take(split, asked, false);
      const plain = gatherSamples(digits[split], asked);
      expect(compression).toBe("deflate");
      expect(new Uint8Array(inflateRawSync(pixels))).toEqual(plain.pixels);
      expect(labels).toEqual(plain.labels);
      expect(pixels.length).toBeLessThan(plain.pixels.length / 2);
    }
  });

  test("is compressed a little at a time, in the order in which it will be asked for", () => {
    let clock = 0;
    vi.spyOn(performance, "now").mockImplementation(() => clock++);
    const served = new ServedSamples(digits);
    served.compressAlong(order);
    expect(served.take("train", [199], false).compression).toBe("deflate");
    expect(served.take("train", [0], false).compression).toBe("none");
    served.close();
    vi.runAllTimers();
    expect(served.take("train", [0], false).compression).toBe("none");
  });

  test("goes as it is to a worker on this machine, and where compressing saves little", () => {
    const served = new ServedSamples(digits);
    const noise = new ServedSamples(tinyDataset);
    for (const samples of [served, noise]) samples.compressAlong(order.subarray(0, 85));
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    vi.runAllTimers();
    expect(served.take("train", [1], true).compression).toBe("none");
    expect(noise.take("train", [1], false).compression).toBe("none");
  });
});
