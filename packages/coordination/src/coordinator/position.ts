/** Where a run stands between two rounds: with the vectors, all that a continuation needs. Plain data, kept as JSON. */
import { evaluationViewSchema } from "@convoy/protocol";
import * as z from "zod";
import type { RunSettings } from "./settings.ts";
import { type CoordinatorState, stepsOfEpoch } from "./state.ts";

const count = z.int().min(0);
const figure = z.number().nullable();

export const runPositionSchema = z.strictObject({
  /** Of the parameters. */
  version: count,
  /** Training steps done. */
  step: count,
  /** Milliseconds that the run has taken so far, over all its coordinators. */
  elapsedMs: z.number().min(0),
  /** The epoch under way; its test is still to come when it has all its batches. */
  epoch: z.strictObject({
    /** From 0: so many epochs are over. */
    epoch: count,
    elapsedMs: z.number().min(0),
    lossSum: z.number(),
    batches: count,
    /** Those still to come, where they are not simply the last ones. */
    open: z
      .array(z.tuple([count, count]))
      .nullable()
      .default(null),
    correctCount: count,
    sampleCount: count,
  }),
  newest: z.strictObject({ loss: figure, stepLoss: figure, accuracy: figure, testLoss: figure }),
  /** What became of the test set; positions of earlier versions of Convoy do not say. */
  evaluation: evaluationViewSchema.nullable().default(null),
  /** Of the last contributions; positions of earlier versions of Convoy do not say. */
  sizes: z.array(z.number().min(0)).default([]),
  /** Of the engine that an exact run is bound to. */
  fingerprint: z.string().nullable(),
  /** How the run ended; null while it goes on. */
  ending: z.strictObject({ control: z.enum(["finished", "stopped"]), sentence: z.string() }).nullable(),
});
export type RunPosition = z.infer<typeof runPositionSchema>;

/** True at any time: what the open round has so far is not part of it. */
export function positionOf(state: CoordinatorState, now: number): RunPosition {
  const { startedAt, ...epoch } = state.epoch;
  const hasEnded = state.control === "finished" || state.control === "stopped";
  const open = epoch.open?.map(([first, end]): [number, number] => [first, end]) ?? null;
  return {
    version: state.version,
    step: state.step,
    elapsedMs: Math.max(0, now - state.startedAt),
    epoch: { ...epoch, open, elapsedMs: Math.max(0, now - startedAt) },
    newest: state.newest,
    evaluation: state.evaluation,
    sizes: [...state.gradientSizes],
    fingerprint: state.fingerprint,
    ending: hasEnded ? { control: state.control, sentence: state.ending ?? "" } : null,
  };
}

/** Why a position cannot be one of a run with these settings, or null. */
export function contradictionIn(settings: RunSettings, { step, epoch, ending }: RunPosition): string | null {
  const steps = stepsOfEpoch(settings);
  if (ending?.control === "finished") return "the run is finished";
  if (epoch.epoch >= settings.epochs) return `it is in epoch ${epoch.epoch + 1} of ${settings.epochs}`;
  if (epoch.batches > steps) return `it has ${epoch.batches} batches of an epoch of ${steps}`;
  const toCome = epoch.open?.reduce((sum, [first, end]) => sum + Math.max(0, Math.min(end, steps) - first), 0);
  if (toCome !== undefined && toCome !== steps - epoch.batches) {
    return `${toCome} batches of its epoch are to come, and ${epoch.batches} of ${steps} are done`;
  }
  if (step !== epoch.epoch * steps + epoch.batches) return `step ${step} is not where its epoch is`;
  return null;
}
