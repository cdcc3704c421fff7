import { readPredictions } from "@convoy/protocol";
import { expect, test } from "vitest";
import { sentPredictions } from "./sent-predictions.ts";

test("[K6] what a device rounds beyond certainty is sent as certain, and what is no number as it is", () => {
  const classes = Uint16Array.of(1, 0);
  const sent = sentPredictions({
    classes,
    confidences: Float32Array.of(1.0000001, 0.5),
    losses: Float32Array.of(-1e-7, 0.75),
  });
  expect(readPredictions(sent, 2, 2)).toEqual({
    ok: true,
    predictions: { classes, confidences: Float32Array.of(1, 0.5), losses: Float32Array.of(0, 0.75) },
  });
  const lost = sentPredictions({
    classes,
    confidences: Float32Array.of(Number.NaN, 0.5),
    losses: Float32Array.of(Number.NaN, 0.75),
  });
  expect(readPredictions(lost, 2, 2)).toMatchObject({ ok: false, reason: "not-finite" });
});
