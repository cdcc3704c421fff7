import type { CoordinatorState } from "@convoy/coordination";
import { PREDICTION_BYTES } from "@convoy/protocol";

/**
 * What must become of predictions for these samples: read byte by byte, and held against what a softmax can give, without
 * the coordinator's own reader.
 */
export function judgePredictions(
  bytes: Uint8Array,
  { testLabels, settings }: CoordinatorState,
  samples: Uint32Array,
): "counts" | "no numbers" | "void" {
  const count = samples.length;
  if (bytes.length !== PREDICTION_BYTES * count) return "void";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let place = 0; place < count; place++) {
    const loss = view.getFloat32(4 * place, true);
    const confidence = view.getFloat32(4 * (count + place), true);
    const named = view.getUint16(8 * count + 2 * place, true);
    if (!Number.isFinite(loss) || !Number.isFinite(confidence)) return "no numbers";
    if (loss < 0 || confidence > 1 || named >= settings.recipe.model.classCount) return "void";
    // The shares of the label and of the class named: the same one, or two of those that add up to one.
    const isRight = named === testLabels[samples[place] as number];
    const share = Math.exp(-loss);
    const isPossible = isRight
      ? Math.abs(share - confidence) < 1e-3
      : share + confidence < 1.001 && share < confidence + 1e-3;
    if (!isPossible) return "void";
  }
  return "counts";
}
