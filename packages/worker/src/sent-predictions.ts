import type { Predictions } from "@convoy/engine";
import { encodePredictions } from "@convoy/protocol";

/** As they travel. What is certain may come out beyond that by a rounding of the device. */
export function sentPredictions({ classes, confidences, losses }: Predictions): Uint8Array {
  return encodePredictions({
    classes,
    confidences: confidences.map((confidence) => Math.min(1, confidence)),
    losses: losses.map((loss) => Math.max(0, loss)),
  });
}
