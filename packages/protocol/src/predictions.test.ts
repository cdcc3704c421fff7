import { RandomSequence } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import { hostileFrame } from "./hostile/index.ts";
import { limits } from "./limits.ts";
import { encodePredictions, PREDICTION_BYTES, type Predictions, readPredictions } from "./predictions.ts";
import { refusalReasons } from "./refusal.ts";

const CLASSES = 300;

function predictions(change: { [column in keyof Predictions]?: [place: number, value: number] } = {}): Predictions {
  const columns = {
    classes: Uint16Array.of(3, 299, 0),
    confidences: Float32Array.of(0.5, 1, 0.25),
    losses: Float32Array.of(0.75, 0, 9.5),
  };
  for (const [column, [place, value]] of Object.entries(change)) columns[column as keyof Predictions][place] = value;
  return columns;
}

describe("what became of each sample of an evaluation lease", () => {
  test("is read as it was written, at any offset of a buffer", () => {
    const bytes = encodePredictions(predictions());
    expect(bytes.length).toBe(3 * PREDICTION_BYTES);
    for (let offset = 0; offset < 8; offset++) {
      const shifted = new Uint8Array(bytes.length + 8);
      shifted.set(bytes, offset);
      const view = shifted.subarray(offset, offset + bytes.length);
      expect(readPredictions(view, 3, CLASSES)).toEqual({ ok: true, predictions: predictions() });
    }
  });

  test("is the same once it is read, whatever becomes of the bytes", () => {
    const bytes = encodePredictions(predictions());
    const parsed = readPredictions(bytes, 3, CLASSES);
    bytes.fill(0);
    expect(parsed).toEqual({ ok: true, predictions: predictions() });
  });

  test.each([2, 4, 0, 1024])("[C13] of another number of samples than %i is refused as of a wrong length", (count) => {
    expect(readPredictions(encodePredictions(predictions()), count, CLASSES)).toMatchObject({
      ok: false,
      reason: "wrong-length",
      sentence: expect.stringContaining(`${count} samples`),
    });
  });

  test.each([1, -1])("[C13] a byte more or less is refused (%i)", (change) => {
    const bytes = new Uint8Array(3 * PREDICTION_BYTES + change);
    expect(readPredictions(bytes, 3, CLASSES)).toMatchObject({ ok: false, reason: "wrong-length" });
  });

  test.each<[string, string, Parameters<typeof predictions>[0]]>([
    ["not-finite", "a loss that is no number", { losses: [1, Number.NaN] }],
    ["not-finite", "an infinite loss", { losses: [2, Number.POSITIVE_INFINITY] }],
    ["not-finite", "a confidence that is no number", { confidences: [0, Number.NaN] }],
    ["malformed", "a loss below zero", { losses: [0, -0.001] }],
    ["malformed", "a confidence below zero", { confidences: [2, -0.001] }],
    ["malformed", "a confidence above one", { confidences: [1, 1.001] }],
    ["malformed", "a class that the network does not have", { classes: [0, CLASSES] }],
    ["malformed", "the largest class that can be written", { classes: [2, 0xffff] }],
  ])("[C13] %s: %s", (reason, _, change) => {
    const parsed = readPredictions(encodePredictions(predictions(change)), 3, CLASSES);
    const [place] = Object.values(change ?? {})[0] as [number, number];
    expect(parsed).toMatchObject({ ok: false, reason, sentence: expect.stringContaining(`sample ${place + 1} `) });
  });

  test("[C13] whatever bytes come are read as they are, or refused by name", () => {
    const sound = encodePredictions(predictions());
    let refusedCount = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = hostileFrame(new RandomSequence(3, "test", i), sound);
      const parsed = readPredictions(bytes, 3, CLASSES);
      if (parsed.ok) {
        expect(encodePredictions(parsed.predictions)).toEqual(new Uint8Array(bytes));
        continue;
      }
      refusedCount++;
      expect(refusalReasons).toContain(parsed.reason);
      expect(parsed.sentence.length).toBeLessThan(200);
    }
    expect(refusedCount).toBeGreaterThan(1000);
  });

  test("of the largest lease is one packet", () => {
    expect(limits.leaseSamples * PREDICTION_BYTES).toBeLessThan(limits.chunkBytes);
  });
});
