/**
 * `npm run bench:coordination`: what a step of LeNet-5 costs beyond the engine's own time, with coordinator and headless
 * workers as processes; rounds in which the whole system and the bare engine take turns. `--workers 2` adds another.
 */
import { parseArgs } from "node:util";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { measureStepCost } from "./step-cost.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    workers: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

const times = await measureStepCost({ rounds: Number(values.rounds), workers: Number(values.workers) });
const shown = (name: string, value: number): Bar => {
  return { name, value, unit: "ms", limit: "at most", must: null, aim: null };
};
// Several workers may be quicker together than the engine alone: then there is no cost to hold against a bar.
const bars = values.workers === "1" ? ({ must: 2, aim: 1 } as const) : {};
reportBars(
  [
    shown("a step in the first epoch", times.first),
    shown("a step in a later epoch", times.later),
    shown("a step on the bare engine, parameters set each time", times.bare),
    { ...shown("coordination's cost per step, first epoch", times.first - times.bare), ...bars },
    { ...shown("coordination's cost per step, later epoch", times.later - times.bare), ...bars },
    shown("processor time of a step, coordinator", times.coordinatorProcessor),
    shown("processor time of a step, workers", times.workerProcessor),
    shown("processor time of a step, bare engine", times.bareProcessor),
  ],
  values.json,
);
