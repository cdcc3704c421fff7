import type { Preprocessing } from "@convoy/models";
import { describe, expect, it, test } from "vitest";
import type { Batch, EngineTask } from "./engine.ts";
import { preprocessBatch } from "./preprocess.ts";
import goldens from "./reference/goldens/pytorch-layers.json" with { type: "json" };

type Geometry = Omit<Preprocessing, "mean" | "deviation">;

/** What becomes of one picture of one channel, its bytes left as large as they are. */
function preprocess(
  [height, width]: readonly [number, number],
  geometry: Geometry,
  pixels: readonly number[],
  sample: number | null = null,
): number[][] {
  const task: EngineTask = {
    model: { name: "by hand", inputShape: [height, width, 1], layers: [{ type: "flatten" }], classCount: 2 },
    preprocessing: { mean: [0], deviation: [1 / 255], ...geometry },
  };
  const labels = Uint8Array.of(0);
  const draws = { seed: 1, epoch: 0, samples: Uint32Array.of(sample ?? 0) };
  const batch: Batch = { count: 1, pixels: Uint8Array.from(pixels), labels, draws };
  const target = new Float64Array(height * width);
  preprocessBatch(task, batch, sample !== null, target);
  return Array.from({ length: height }, (_, row) =>
    [...target.subarray(row * width, (row + 1) * width)].map((value) => Number(value.toFixed(9))),
  );
}

const samples = Array.from({ length: 200 }, (_, sample) => sample);
const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("pictures, figures worked out by hand", () => {
  it("resizing 2×2 to 4×4 gives what PyTorch's interpolate gives (bilinear, align_corners=False)", () => {
    expect(preprocess([4, 4], { imageShape: [2, 2, 1], resize: { height: 4, width: 4 } }, [1, 2, 3, 4])).toEqual([
      [1, 1.25, 1.75, 2],
      [1.5, 1.75, 2.25, 2.5],
      [2.5, 2.75, 3.25, 3.5],
      [3, 3.25, 3.75, 4],
    ]);
  });

  it("resizing to less takes the two nearest pixels, without antialiasing", () => {
    // The middle of every four: (10 + 20) / 2 from columns 1 and 2, and again from 5 and 6.
    const row = [0, 10, 20, 0, 0, 30, 50, 0];
    expect(preprocess([1, 2], { imageShape: [1, 8, 1], resize: { height: 1, width: 2 } }, row)).toEqual([[15, 40]]);
  });

  it("padding is black before the normalisation", () => {
    expect(preprocess([3, 4], { imageShape: [1, 2, 1], pad: 1 }, [7, 8])).toEqual([
      [0, 0, 0, 0],
      [0, 7, 8, 0],
      [0, 0, 0, 0],
    ]);
  });

  it("the centre of an odd remainder lies towards the beginning", () => {
    const crop = { height: 2, width: 3, place: "center" } as const;
    expect(preprocess([2, 3], { imageShape: [3, 3, 1], crop }, nine)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("random crops lie everywhere, each about as often; in evaluation, at the centre", () => {
    const geometry: Geometry = { imageShape: [3, 3, 1], crop: { height: 1, width: 1, place: "random" } };
    const counts = new Map<number, number>();
    for (const sample of samples) {
      const pixel = preprocess([1, 1], geometry, nine, sample).flat()[0] as number;
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(nine);
    expect(Math.min(...counts.values())).toBeGreaterThan(5);
    expect(preprocess([1, 1], geometry, nine)).toEqual([[5]]);
  });

  it("half of the samples are reflected, left to right, in training alone", () => {
    const flips = samples.map((sample) => preprocess([1, 3], { flip: "random" }, [1, 2, 3], sample)[0]);
    const reflected = flips.filter((row) => row?.[0] === 3);
    for (const row of flips) expect([1, 3]).toContain(row?.[0]);
    expect(reflected[0]).toEqual([3, 2, 1]);
    // Five standard deviations.
    expect(Math.abs(reflected.length - 100)).toBeLessThan(36);
    expect(preprocess([1, 3], { flip: "random" }, [1, 2, 3])).toEqual([[1, 2, 3]]);
  });

  it("pads before it resizes, and resizes before it crops", () => {
    // The middle row, 0 4 0, becomes 0 1 3 3 1 0.
    const geometry: Geometry = {
      imageShape: [1, 1, 1],
      pad: 1,
      resize: { height: 3, width: 6 },
      crop: { height: 1, width: 2, place: "center" },
    };
    expect(preprocess([1, 2], geometry, [4])).toEqual([[3, 3]]);
  });
});

test.each(goldens.resizes)("resizing from $from to $to gives what PyTorch gives", ({ from, to, pixels, resized }) => {
  const [height, width] = to as [number, number];
  const imageShape = [...from, 1] as unknown as readonly [number, number, number];
  const rows = preprocess([height, width], { imageShape, resize: { height, width } }, pixels);
  for (const [index, value] of rows.flat().entries()) expect(value).toBeCloseTo(resized[index] as number, 8);
});
