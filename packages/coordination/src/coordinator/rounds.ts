/** From one round to the next: a batch, the end of an epoch, an evaluation, the end of the run. */
import { batchRange, shardCount } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import { formatCount, formatPercent } from "./format.ts";
import { paceWith } from "./pace.ts";
import { type CoordinatorState, emptyEpoch, orderOfEpoch, type Round, stepsOfEpoch, type Tally } from "./state.ts";
import type { Turn } from "./turn.ts";

export function trainingRound(state: Pick<CoordinatorState, "settings" | "order" | "epoch">, now: number): Round {
  const { recipe, trainCount } = state.settings;
  const { start, end } = batchRange(state.epoch.batches, recipe.batchSize, trainCount);
  return openRound("train", state.order.subarray(start, end), now);
}

function evaluationRound(state: CoordinatorState, now: number): Round {
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
    shards: new Array(shardCount(samples.length)).fill("open"),
    parts: new Map(),
    notFinite: new Set(),
    openedAt: now,
    startedAt: null,
  };
}

/** Every shard is done and `total` is their sum: closes the round and opens the next, if there is one. */
export function completeRound(turn: Turn, round: Round, total: Tally): void {
  assert(
    round.shards.every((shard) => shard === "done"),
    "a complete round has every shard",
  );
  turn.change({ leases: new Map() });
  if (round.kind === "train") completeStep(turn, round, total);
  else completeEvaluation(turn, round, total);
}

function completeStep(turn: Turn, round: Round, total: Tally): void {
  const { state } = turn;
  const step = state.step + 1;
  const version = state.version + 1;
  const stepLoss = total.lossSum / round.samples.length;
  const epoch = {
    ...state.epoch,
    lossSum: state.epoch.lossSum + stepLoss,
    batches: state.epoch.batches + 1,
    correctCount: state.epoch.correctCount + total.correctCount,
    sampleCount: state.epoch.sampleCount + round.samples.length,
  };
  turn.effects.push({ type: "update", version, sampleCount: round.samples.length });
  turn.effects.push({ type: "report", report: { type: "loss", point: { step, loss: stepLoss } } });
  const pace = paceWith(state.pace, round.samples.length, turn.now - (round.startedAt ?? round.openedAt));
  turn.change({
    step,
    version,
    epoch,
    pace,
    newest: { ...state.newest, stepLoss, loss: epoch.lossSum / epoch.batches },
  });
  const epochIsOver = epoch.batches === stepsOfEpoch(state.settings);
  turn.change({ round: epochIsOver ? evaluationRound(turn.state, turn.now) : trainingRound(turn.state, turn.now) });
}

function completeEvaluation(turn: Turn, round: Round, total: Tally): void {
  const { epoch, settings, step, version } = turn.state;
  const accuracy = total.correctCount / round.samples.length;
  const testLoss = total.lossSum / round.samples.length;
  const point = {
    epoch: epoch.epoch + 1,
    step,
    loss: epoch.lossSum / epoch.batches,
    trainingAccuracy: epoch.correctCount / epoch.sampleCount,
    testLoss,
    testAccuracy: accuracy,
    durationMs: Math.max(0, turn.now - epoch.startedAt),
  };
  turn.change({ newest: { ...turn.state.newest, accuracy, testLoss } });
  turn.effects.push({ type: "report", report: { type: "epoch", point } });
  turn.effects.push({ type: "checkpoint", version, step, epoch: point.epoch });
  turn.log(
    "info",
    `Epoch ${point.epoch} of ${settings.epochs}: loss ${point.loss.toFixed(4)}, ${formatPercent(accuracy)} of the test set right.`,
  );
  if (point.epoch === settings.epochs) {
    end(
      turn,
      "finished",
      `The run is finished: ${formatPercent(accuracy)} of the test set right after ${formatCount(step, "step")}.`,
    );
    return;
  }
  turn.change({ epoch: emptyEpoch(point.epoch, turn.now), order: orderOfEpoch(settings, point.epoch) });
  turn.change({ round: trainingRound(turn.state, turn.now) });
}

/** Ends the run for good. Workers are told; their results no longer count. */
export function end(turn: Turn, control: "finished" | "stopped", sentence: string): void {
  turn.change({ control, ending: sentence, round: null, leases: new Map() });
  turn.log("info", sentence);
  for (const worker of turn.state.workers.values()) {
    if (worker.state === "left") continue;
    turn.changeWorker(worker, {
      lease: null,
      state: worker.state === "proving" || worker.state === "paused" ? worker.state : "ready",
    });
    turn.send(worker.peer, { type: "run-state", state: "ended", sentence });
  }
}

/** The last step led nowhere: its parameters are no numbers and were not published. The version before it is the last. */
export function onDivergence(turn: Turn): void {
  turn.change({ step: turn.state.step - 1, version: turn.state.version - 1 });
  endDiverged(turn, "the next one gave parameters that are not numbers");
}

/** Most workers say that with these parameters nothing is a number any more: then it is not the workers. */
export function endIfMostFail(turn: Turn, round: Round): boolean {
  const active = [...turn.state.workers.values()].filter(({ state }) => state === "ready" || state === "working");
  const failing = active.filter((worker) => round.notFinite.has(worker.peer)).length;
  if (round.notFinite.size < 2 || 2 * failing <= active.length) return false;
  endDiverged(turn, "with the parameters it reached, most workers get numbers that are none");
  return true;
}

function endDiverged(turn: Turn, why: string): void {
  const { step, version } = turn.state;
  turn.effects.push({ type: "checkpoint", version, step, epoch: null });
  end(turn, "stopped", `The training diverged after ${formatCount(step, "step")}: ${why}.`);
}
