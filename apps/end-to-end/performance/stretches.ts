/**
 * What it saves to take the steps of a stretch on the engine's device: a step with all parameters going there and the whole
 * gradient coming back, beside one of which only the loss comes back; or, where the engine has none of its own, beside the
 * gradient alone, which is the most that it could save.
 */
import type { Bar } from "../reliability/bars.ts";
import type { BrowserWorker } from "./browser-worker.ts";
import { medianOf } from "./median.ts";
import type { BrowserEngine } from "./page/engine-factories.ts";
import type { StretchRequest } from "./page/measure.ts";
import type { StepPlace } from "./stretch-timer.ts";
import { type WorkloadName, workloads } from "./workload.ts";

interface Pair {
  readonly engine: BrowserEngine;
  readonly workload: WorkloadName;
  /** Of a stretch. */
  readonly steps: number;
  readonly beside: StepPlace;
}

const pairs: readonly Pair[] = [
  { engine: "wasm", workload: "lenet5", steps: 32, beside: "nowhere" },
  { engine: "webgpu", workload: "lenet5", steps: 32, beside: "device" },
  { engine: "wasm", workload: "alexnet-small", steps: 2, beside: "nowhere" },
  { engine: "webgpu", workload: "alexnet-small", steps: 2, beside: "device" },
];

/** Of one of the networks. Both ways take turns, the first of them now this one, now the other. */
export async function measureStretches(browser: BrowserWorker, rounds: number, network: string): Promise<Bar[]> {
  const bars: Bar[] = [];
  for (const pair of pairs.filter(({ workload }) => workload === network)) {
    const times: Record<StepPlace, number[]> = { device: [], "flat vectors": [], nowhere: [] };
    const ask = async (place: StepPlace, steps: number) =>
      (await browser.ask({ ...pair, stretch: place, steps } satisfies StretchRequest)) as number;
    // Compiles.
    await ask(pair.beside, 1);
    for (let round = 0; round < rounds; round++) {
      const order = ["flat vectors", pair.beside] as const;
      for (const place of round % 2 === 0 ? order : order.toReversed()) times[place].push(await ask(place, pair.steps));
    }
    bars.push(...barsOf(pair, times));
  }
  return bars;
}

function barsOf(
  { engine, workload, steps, beside }: Pair,
  times: Readonly<Record<StepPlace, readonly number[]>>,
): Bar[] {
  const shown = { limit: "at least", must: null, aim: null } as const;
  const label = `${engine}, ${workload} b${workloads[workload].samples}, stretches of ${steps}`;
  const other = beside === "device" ? "on the device" : "without optimizer and copies";
  const ratios = times["flat vectors"].map((ms, round) => ms / (times[beside][round] as number));
  return [
    { ...shown, name: `${label}: a step on flat vectors`, value: medianOf(times["flat vectors"]), unit: "ms" },
    { ...shown, name: `${label}: a step ${other}`, value: medianOf(times[beside]), unit: "ms" },
    { ...shown, name: `${label}: the one : the other`, value: medianOf(ratios), unit: "×" },
  ];
}
