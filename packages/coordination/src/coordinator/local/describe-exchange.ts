/** What was chosen for the exchanges of `local`, and what it is expected to bring, for people. */
import type { ExchangeView } from "@convoy/protocol";
import { formatCount } from "../format.ts";
import type { CoordinatorState } from "../state.ts";
import { canWork } from "../together.ts";
import { type Expected, waitOf } from "./cost-model.ts";
import { headStartShare, stepScale } from "./step-scale.ts";
import type { LocalStrategy } from "./strategy.ts";

/** Null under another strategy, and until a worker's pace is known. */
export function describeExchange(state: CoordinatorState): ExchangeView | null {
  const { expected, settings } = state;
  if (expected === null || settings.strategy.type !== "local") return null;
  const { codec, localSteps, stepMs, wayMs } = expected;
  const workerCount = [...state.workers.values()].filter((worker) => canWork(worker) && worker.stretchPace).length;
  const waitMs = waitOf(expected, headStartShare(settings.recipe.optimizer, workerCount));
  const roundMs = localSteps * stepMs + waitMs;
  return {
    codec,
    localSteps,
    stepMs,
    wayMs,
    samplesPerSecond: (1000 * workerCount * localSteps * settings.recipe.batchSize) / roundMs,
    sentence: [
      stepsInWords(expected, settings.strategy.localSteps !== null),
      waitInWords(waitMs, roundMs),
      ...scaleInWords(settings.strategy, workerCount, settings.recipe.batchSize),
      codecInWords(state, expected),
    ].join(" "),
  };
}

function stepsInWords(expected: Expected, isAsked: boolean): string {
  const { localSteps, stepMs, wayMs } = expected;
  const asked = isAsked ? ", as it was asked to" : "";
  return `Between two exchanges a device of middling speed takes ${formatCount(localSteps, "step")} of ${inMs(stepMs)}${asked}; an exchange takes ${inMs(wayMs)}.`;
}

function waitInWords(waitMs: number, roundMs: number): string {
  if (waitMs === 0) return "Meanwhile it goes on with the next ones.";
  return `For ${inMs(waitMs)} of that it waits, ${Math.round((100 * waitMs) / roundMs)}% of a round; before, it goes on with the next ones.`;
}

/** Nothing of one that is alone: it trains as the recipe says. */
function scaleInWords(strategy: LocalStrategy, workerCount: number, batchSize: number): string[] {
  const { stepsPerBatch, rateFactor } = stepScale(strategy, workerCount, batchSize);
  if (stepsPerBatch === 1 && rateFactor === 1) return [];
  const rate = `${Number(rateFactor.toPrecision(3))} times the recipe's learning rate`;
  const how = stepsPerBatch === 1 ? "each has" : `each takes a step's batch in ${stepsPerBatch} parts, with`;
  return [`As ${workerCount} learn side by side, ${how} ${rate}.`];
}

function codecInWords({ settings, ways }: CoordinatorState, { codec }: Expected): string {
  if (settings.codec !== "auto") return `Vectors travel as ${codec}, as was asked for.`;
  if (codec === "fp32") return "Vectors travel as they are (fp32): fewer bytes would save next to nothing.";
  const before = ways.get("fp32");
  return `Vectors travel as ${codec}${before === undefined ? "" : `; as they are (fp32) an exchange took ${inMs(before.wayMs)}`}.`;
}

function inMs(ms: number): string {
  if (ms >= 9950) return `${Math.round(ms / 1000)} s`;
  if (ms >= 995) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
