/** What the coordinator says to a viewer. */
import * as z from "zod";
import { evaluationViewSchema, testSetViewSchema } from "./evaluation-view.ts";
import { limits } from "./limits.ts";
import { refusalSchema } from "./refusal.ts";
import { epochPointSchema, logEntrySchema, lossPointSchema, runViewSchema } from "./run-view.ts";

/** The answer to `watch`: everything so far, the curve thinned to at most `limits.historyPoints`. */
const snapshot = z.strictObject({
  type: z.literal("snapshot"),
  run: runViewSchema,
  losses: z.array(lossPointSchema).max(limits.historyPoints),
  epochs: z.array(epochPointSchema),
  log: z.array(logEntrySchema).max(limits.logEntries),
  /** The newest; null before the first is over. */
  evaluation: evaluationViewSchema.nullable(),
  testSet: testSetViewSchema,
  /** Whether this viewer may pause, resume and stop the run. */
  mayControl: z.boolean(),
});

/** What is new since the last message, a few times a second. */
const progress = z.strictObject({
  type: z.literal("progress"),
  run: runViewSchema,
  losses: z.array(lossPointSchema),
  epochs: z.array(epochPointSchema),
  log: z.array(logEntrySchema),
  /** Null where there is no newer one. */
  evaluation: evaluationViewSchema.nullable(),
});

const refused = z.strictObject({ type: z.literal("refused"), refusal: refusalSchema });

export const toViewerSchema = z.discriminatedUnion("type", [snapshot, progress, refused]);
export type ToViewer = z.infer<typeof toViewerSchema>;
export type Snapshot = z.infer<typeof snapshot>;
export type Progress = z.infer<typeof progress>;
