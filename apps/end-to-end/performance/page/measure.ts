/** Runs in a DedicatedWorker of Chromium: makes engines and times them, one request after the other. */

import { EngineTimer } from "../engine-timer.ts";
import { type WorkloadName, workloads } from "../workload.ts";
import { answerRequests, type BrowserEngine, engineFactories } from "./engine-factories.ts";

export interface MeasureRequest {
  readonly engine: BrowserEngine;
  readonly workload: WorkloadName;
  /** 0 to prepare only; below, to measure so many forward passes. */
  readonly steps: number;
}

const timers = new Map<string, EngineTimer>();

answerRequests(measure);

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
