import { curvesOf, type PastRun } from "./diagnosis/curves.ts";
import { diagnose } from "./diagnosis/diagnose.ts";
import type { RunPosition } from "./position.ts";
import { trainingRound, waitingEvaluation } from "./rounds.ts";
import type { RunSettings } from "./settings.ts";
import { type CoordinatorState, orderOfEpoch, stepsOfEpoch, taskOf } from "./state.ts";
import { startCoordinator } from "./transition.ts";

/**
 * A coordinator that goes on where another one stood, without its workers. A run that had been stopped goes on; one
 * that is finished cannot. The position must be one of a run with these settings: see `contradictionIn`.
 * `past` is what was kept of its history up to there; where that has gaps, what is wrong with the training is seen later.
 */
export function restoreCoordinator(
  settings: RunSettings,
  testLabels: Uint8Array,
  position: RunPosition,
  now: number,
  past: PastRun,
  parametersNorm: number | null = null,
): CoordinatorState {
  const { elapsedMs, ...epoch } = position.epoch;
  const curves = curvesOf(past, stepsOfEpoch(settings));
  const state: CoordinatorState = {
    ...startCoordinator(settings, testLabels, now, parametersNorm),
    version: position.version,
    step: position.step,
    startedAt: now - position.elapsedMs,
    epoch: { ...epoch, startedAt: now - elapsedMs },
    order: orderOfEpoch(settings, epoch.epoch),
    newest: position.newest,
    evaluation: position.evaluation,
    gradientSizes: position.sizes,
    curves,
    diagnosis: curves.epochs.length === 0 ? null : diagnose(curves, taskOf(settings)),
    fingerprint: position.fingerprint,
    checkpointAt: now,
  };
  const epochIsTrained = epoch.batches === stepsOfEpoch(settings);
  return { ...state, round: epochIsTrained ? waitingEvaluation(state, now) : trainingRound(state, now) };
}
