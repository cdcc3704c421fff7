/** Field types that several messages share. */
import * as z from "zod";
import { limits } from "./limits.ts";

/** Bytes that say nothing: they make a message longer. */
export const padding = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length <= limits.probeBytes,
  `must be at most ${limits.probeBytes} bytes`,
);

export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be bytes");
export const count = z.int().min(0);
export const leaseId = z.int().min(1).max(0xffff_ffff);
export const parameterVersion = z.int().min(0).max(0xffff_ffff);
export const runId = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits");
export const workerId = z.string().min(1).max(32);
export const workerName = z.string().min(1).max(limits.nameLength);
export const description = z.string().max(limits.descriptionLength);
/** What opens a run to its bearer: an invitation, or the key of whoever hosts it. Null where none is at hand. */
export const token = z.string().max(limits.tokenLength).nullable();
export const milliseconds = z.number().min(0);
export const protocolVersion = z.int().min(0);
export const split = z.enum(["train", "test"]);
export type Split = z.infer<typeof split>;
/** Positions in the training or test set: `least` to `most` of them. Looked at in one loop, since there are many of them. */
export function samplePositions(least: number, most: number) {
  return z
    .custom<number[]>(
      (value) => Array.isArray(value) && value.length >= least && value.length <= most && areUint32(value),
      `must be a list of ${least} to ${most} whole numbers`,
    )
    .meta({
      ...(least > 0 ? { minItems: least } : {}),
      maxItems: most,
      type: "array",
      items: { type: "integer", minimum: 0, maximum: 0xffff_ffff },
    });
}

function areUint32(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number" || value >>> 0 !== value) return false;
  }
  return true;
}

export const sampleIndices = samplePositions(1, limits.leaseSamples);
/** Summed over samples. A cross-entropy is never negative, and in single precision no sample's is above the largest number. */
export const lossSum = z
  .number()
  .min(0)
  .max(limits.vectorLength * limits.sampleLoss);

/** What a batch gave, summed over its samples. JSON has no NaN and no infinity: such a loss travels as null. */
export const outcomeFields = {
  lossSum: lossSum.nullable(),
  correctCount: count,
  computeMs: milliseconds,
};

/** Equal fingerprints promise equal bits. */
export const fingerprint = z.string().min(1).max(limits.descriptionLength);

export const engineIdentity = z.strictObject({
  name: z.string().min(1).max(limits.nameLength),
  device: description,
  fingerprint,
});
