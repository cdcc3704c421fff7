/** Runs in a DedicatedWorker of Chromium: makes engines and times them, one request after the other. */

import { EngineTimer } from "../engine-timer.ts";
import { type StepPlace, StretchTimer } from "../stretch-timer.ts";
import { type WorkloadName, workloads } from "../workload.ts";
import { answerRequests, type BrowserEngine, engineFactories } from "./engine-factories.ts";

export interface MeasureRequest {
  readonly engine: BrowserEngine;
  readonly workload: WorkloadName;
  /** 0 to prepare only; below, to measure so many forward passes. */
  readonly steps: number;
}

/** For the time of a step in a stretch of so many. */
export interface StretchRequest extends MeasureRequest {
  readonly stretch: StepPlace;
}

/** Of one engine and workload, both ways. */
const LONGEST_STRETCH = 32;

const timers = new Map<string, EngineTimer>();
const stretchTimers = new Map<string, StretchTimer>();

answerRequests((request: MeasureRequest | StretchRequest) =>
  "stretch" in request ? measureStretch(request) : measure(request),
);

async function measureStretch({ engine, workload, steps, stretch }: StretchRequest): Promise<number> {
  const name = `${engine}, ${workload}`;
  let timer = stretchTimers.get(name);
  if (timer === undefined) {
    timer = await StretchTimer.prepare(engineFactories[engine], workloads[workload], LONGEST_STRETCH);
    stretchTimers.set(name, timer);
  }
  return timer.measure(steps, stretch);
}

async function measure({ engine, workload, steps }: MeasureRequest): Promise<unknown> {
  const name = `${engine}, ${workload}`;
  let timer = timers.get(name);
  if (timer === undefined) {
    timer = await EngineTimer.prepare(engineFactories[engine], workloads[workload]);
    timers.set(name, timer);
  }
  if (steps < 0) return { ms: await timer.measureForward(-steps), scriptMs: 0 };
  return steps === 0 ? null : timer.measure(steps);
}
