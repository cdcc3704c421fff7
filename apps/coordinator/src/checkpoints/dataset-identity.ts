import { createHash } from "node:crypto";
import type { Dataset } from "@convoy/datasets";
import * as z from "zod";

export const datasetIdentitySchema = z.strictObject({
  name: z.string(),
  trainCount: z.int().min(1),
  testCount: z.int().min(1),
  /** Of all pixels and labels. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
/** What tells whether two runs train on the same samples. */
export type DatasetIdentity = z.infer<typeof datasetIdentitySchema>;

export function identifyDataset({ name, sampleShape, train, test }: Dataset): DatasetIdentity {
  const hash = createHash("sha256").update(JSON.stringify([sampleShape, train.count, test.count]));
  for (const { pixels, labels } of [train, test]) hash.update(pixels).update(labels);
  return { name, trainCount: train.count, testCount: test.count, sha256: hash.digest("hex") };
}
