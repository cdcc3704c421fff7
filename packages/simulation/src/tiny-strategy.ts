import type { LocalStrategy, Strategy } from "@convoy/coordination";
import type { RandomSequence } from "@convoy/foundation";
import type { CodecName } from "@convoy/protocol";
import { drawOne, isDrawn } from "./draw.ts";

/** "any": the seed decides. */
export type WantedStrategy = Strategy["type"] | "any";

/** Of the seeds that decide themselves, so many are of `local`. */
const LOCAL_SHARE = 1 / 3;

/** Of changes of the parameters. "auto": the coordinator chooses, as it does unasked in `local`. "any": the seed decides. */
export type WantedCodec = CodecName | "auto" | "any";

/** Of the seeds that decide themselves, in so many parameters go down in full; others have one of these codecs. */
const downCodecs = {
  sync: { fullShare: 0.6, others: ["int8", "int8", "fp16"] },
  local: { fullShare: 0.4, others: ["auto", "auto", "int8", "fp16"] },
} as const;

export function drawCodec(random: RandomSequence, wanted: WantedCodec, { type }: Strategy): CodecName | "auto" {
  // With `sync` nothing is chosen.
  if (wanted === "auto" && type === "sync") return "fp32";
  if (wanted !== "any") return wanted;
  const { fullShare, others } = downCodecs[type];
  return isDrawn(random, fullShare) ? "fp32" : drawOne<CodecName | "auto">(random, others);
}

export function drawStrategy(random: RandomSequence, wanted: WantedStrategy): Strategy {
  const type = wanted === "any" ? (isDrawn(random, LOCAL_SHARE) ? "local" : "sync") : wanted;
  return type === "sync" ? { type } : drawLocalStrategy(random);
}

function drawLocalStrategy(random: RandomSequence): LocalStrategy {
  return {
    type: "local",
    localSteps: isDrawn(random, 0.3) ? null : 1 + random.below(8),
    outer: isDrawn(random, 0.6) ? { learningRate: 1, momentum: 0 } : { learningRate: 0.7, momentum: 0.9 },
    rateScaling: drawOne(random, ["none", "square-root", "linear", "linear-to-four", "smaller-batches"] as const),
  };
}
