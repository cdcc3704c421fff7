/** From one round to the next: a batch, the end of an epoch, an evaluation, the end of the run. */
import { batchRange, SHARD_SIZE, shardCount } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import type { EpochPoint, Predictions } from "@convoy/protocol";
import { changeCodecOf } from "./codec-in-use.ts";
import { withEpoch, withStep } from "./diagnosis/curves.ts";
import { diagnose } from "./diagnosis/diagnose.ts";
import type { CoordinatorEffect } from "./effect.ts";
import { measure } from "./evaluation.ts";
import { formatCount, formatPercent } from "./format.ts";
import { noteLeads } from "./local/leads.ts";
import { type LocalTotal, localRound, openRanges, totalOf } from "./local/local-round.ts";
import { paceWith } from "./pace.ts";
import { positionOf } from "./position.ts";
import {
  type CoordinatorState,
  emptyEpoch,
  orderOfEpoch,
  type Round,
  stepsOfEpoch,
  type Tally,
  taskOf,
} from "./state.ts";
import { judgeTogether } from "./together.ts";
import type { Turn } from "./turn.ts";

export function trainingRound(state: Pick<CoordinatorState, "settings" | "order" | "epoch">, now: number): Round {
  const { recipe, trainCount, strategy } = state.settings;
  if (strategy.type === "local") return localRound(state, now);
  const { start, end } = batchRange(state.epoch.batches, recipe.batchSize, trainCount);
  return openRound("train", state.order.subarray(start, end), now);
}

/** The evaluation that an epoch with all its batches still waits for. */
export function waitingEvaluation(state: CoordinatorState, now: number): Round {
  return openRound(
    "evaluate",
    Uint32Array.from({ length: state.settings.testCount }, (_, i) => i),
    now,
  );
}

function openRound(kind: Round["kind"], samples: Uint32Array, now: number): Round {
  return {
    kind,
    split: kind === "train" ? "train" : "test",
    samples,
    shardSize: SHARD_SIZE,
    local: null,
    shards: new Array(shardCount(samples.length)).fill("open"),
    parts: new Map(),
    notFinite: new Set(),
    tooLarge: new Map(),
    openedAt: now,
    startedAt: null,
  };
}

/** Every shard is done and `total` is of all of them: closes the round and opens the next, if there is one. */
export function completeRound(turn: Turn, round: Round, total: Tally): void {
  assert(
    round.shards.every((shard) => shard === "done"),
    "a complete round has every shard",
  );
  turn.change({ leases: new Map() });
  if (total.kind === "train") completeStep(turn, round, total);
  else completeEvaluation(turn, total.predictions);
}

function completeStep(turn: Turn, round: Round, total: Extract<Tally, { kind: "train" }>): void {
  const { length } = round.samples;
  advance(turn, round, { losses: [total.lossSum / length], sampleCount: length, correctCount: total.correctCount });
}

/** Every stretch that a round of `local` will have is there: closes it. What is missing is lent again in the next. */
export function closeLocalRound(turn: Turn, round: Round): void {
  turn.change({ leases: new Map() });
  noteLeads(turn, round);
  advance(turn, round, totalOf(round));
}

/** Reports each step. Apart, because V8 compiles a long loop with all that is around it. */
function curvesAfter({ state, effects }: Turn, losses: readonly number[]): CoordinatorState["curves"] {
  const stepsPerEpoch = stepsOfEpoch(state.settings);
  let { step, curves } = state;
  for (const loss of losses) {
    const point = { step: ++step, loss };
    effects.push({ type: "report", report: { type: "loss", point } });
    curves = withStep(curves, point, stepsPerEpoch);
  }
  return curves;
}

/** The parameters' next version, and the steps that led to it. */
function advance(turn: Turn, round: Round, { losses, sampleCount, correctCount }: LocalTotal): void {
  const { state } = turn;
  const version = state.version + 1;
  const codec = changeCodecOf(state);
  turn.effects.push({ type: "update", version, sampleCount, codec });
  const curves = curvesAfter(turn, losses);
  const epoch = {
    ...state.epoch,
    lossSum: losses.reduce((sum, loss) => sum + loss, state.epoch.lossSum),
    batches: state.epoch.batches + losses.length,
    open: round.local === null ? null : openRanges(round.shards),
    correctCount: state.epoch.correctCount + correctCount,
    sampleCount: state.epoch.sampleCount + sampleCount,
  };
  turn.change({
    step: state.step + losses.length,
    version,
    changeCodec: codec,
    epoch,
    before: { step: state.step, epoch: state.epoch, newest: state.newest, curves: state.curves },
    curves,
    pace: paceWith(state.pace, sampleCount, turn.now - (round.startedAt ?? round.openedAt)),
    newest: { ...state.newest, stepLoss: losses.at(-1) ?? null, loss: epoch.lossSum / epoch.batches },
  });
  const epochIsOver = epoch.batches === stepsOfEpoch(state.settings);
  if (turn.now - state.checkpointAt >= state.settings.checkpointMs) checkpoint(turn, "interval", null);
  turn.change({ round: epochIsOver ? waitingEvaluation(turn.state, turn.now) : trainingRound(turn.state, turn.now) });
}

function completeEvaluation(turn: Turn, predictions: Predictions): void {
  const { epoch, settings, step, testLabels } = turn.state;
  const { lossSum, ...measured } = measure(predictions, testLabels, settings.recipe.model.classCount);
  const accuracy = measured.correctCount / measured.sampleCount;
  const testLoss = lossSum / measured.sampleCount;
  const point = {
    epoch: epoch.epoch + 1,
    step,
    loss: epoch.lossSum / epoch.batches,
    trainingAccuracy: epoch.correctCount / epoch.sampleCount,
    testLoss,
    testAccuracy: accuracy,
    durationMs: Math.max(0, turn.now - epoch.startedAt),
  };
  turn.change({
    newest: { ...turn.state.newest, accuracy, testLoss },
    evaluation: { epoch: point.epoch, ...measured },
  });
  turn.effects.push({ type: "report", report: { type: "epoch", point } });
  turn.log(
    "info",
    `Epoch ${point.epoch} of ${settings.epochs}: loss ${point.loss.toFixed(4)}, ${formatPercent(accuracy)} of the test set right.`,
  );
  diagnoseAfter(turn, point);
  judgeTogether(turn);
  if (point.epoch === settings.epochs) {
    end(
      turn,
      "finished",
      `The run is finished: ${formatPercent(accuracy)} of the test set right after ${formatCount(step, "step")}.`,
      point.epoch,
    );
    return;
  }
  turn.change({ epoch: emptyEpoch(point.epoch, turn.now), order: orderOf(turn, point.epoch), following: null });
  checkpoint(turn, "epoch", point.epoch);
  turn.change({ round: trainingRound(turn.state, turn.now) });
}

function orderOf({ state: { following, settings } }: Turn, epoch: number): Uint32Array {
  return following?.epoch === epoch ? following.order : orderOfEpoch(settings, epoch);
}

/** What is wrong is said when it first holds; after that the run's view goes on saying it. */
function diagnoseAfter(turn: Turn, point: EpochPoint): void {
  const { settings, diagnosis: before } = turn.state;
  const curves = withEpoch(turn.state.curves, point);
  const diagnosis = diagnose(curves, taskOf(settings));
  turn.change({ curves, diagnosis });
  if (diagnosis !== null && diagnosis.kind !== before?.kind) turn.log("warning", diagnosis.sentence);
}

type Checkpoint = Extract<CoordinatorEffect, { type: "checkpoint" }>;

function checkpoint(turn: Turn, occasion: Checkpoint["occasion"], epoch: number | null): void {
  turn.change({ checkpointAt: turn.now });
  turn.effects.push({ type: "checkpoint", occasion, epoch, position: positionOf(turn.state, turn.now) });
}

/** Saves and ends the run for good. Workers are told; their results no longer count. `epoch`: it ends with this one. */
export function end(
  turn: Turn,
  control: "finished" | "stopped",
  sentence: string,
  epoch: Checkpoint["epoch"] = null,
): void {
  turn.change({ control, ending: sentence, round: null, leases: new Map() });
  checkpoint(turn, "end", epoch);
  turn.log("info", sentence);
  for (const worker of turn.state.workers.values()) {
    if (worker.state === "left") continue;
    turn.changeWorker(worker, {
      lease: null,
      state: worker.state === "working" || worker.state === "suspect" ? "ready" : worker.state,
    });
    turn.send(worker.peer, { type: "run-state", state: "ended", sentence });
  }
}

/** The last step led nowhere: its parameters are no numbers and were not published. The version before it is the last. */
export function onDivergence(turn: Turn): void {
  const { version, before } = turn.state;
  assert(before !== null, "a step that diverged has one before it, or the start");
  turn.change({ version: version - 1, changeCodec: "fp32", ...before });
  endDiverged(turn, "the next one gave parameters that are not numbers");
}

/**
 * Most workers say that with these parameters nothing is a number any more: then it is not the workers. Only those are
 * asked who have shown that they can compute, and one that is late is still one of them: a few liars who come first, or
 * whom a bad network leaves alone, cannot end a run.
 */
export function endIfMostFail(turn: Turn, round: Round): boolean {
  const witnesses = [...turn.state.workers.values()].filter(
    ({ state, samples }) => samples > 0 && (state === "ready" || state === "working" || state === "suspect"),
  );
  const failing = witnesses.filter((worker) => round.notFinite.has(worker.peer)).length;
  if (failing < 2 || 2 * failing <= witnesses.length) return false;
  endDiverged(turn, "with the parameters it reached, most workers get numbers that are none");
  return true;
}

function endDiverged(turn: Turn, why: string): void {
  end(turn, "stopped", `The training diverged after ${formatCount(turn.state.step, "step")}: ${why}.`);
}
