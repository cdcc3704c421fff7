/**
 * `npm run bench:exact`: what it costs a worker to compute shard by shard. The same batches of LeNet-5 at once and by
 * shards, one right after the other, on the engine wasm; processor time, which other programs on the machine disturb least.
 */
import { parseArgs } from "node:util";
import { drawBuiltInDigits, gatherSamples } from "@convoy/datasets";
import type { Batch, Engine } from "@convoy/engine";
import { createWasmEngine } from "@convoy/engine-wasm";
import { findRecipe, initializeParameters, parameterLayout } from "@convoy/models";
import { ShardByShardEngine } from "@convoy/worker";
import { type Bar, reportBars } from "./bars.ts";

const { values } = parseArgs({ options: { pairs: { type: "string", default: "60" }, json: { type: "string" } } });

const recipe = findRecipe("lenet5-mnist");
const layout = parameterLayout(recipe.model);
const { train } = drawBuiltInDigits({ trainCount: 512, testCount: 1 });

await exactCost(Number(values.pairs));

async function exactCost(pairs: number): Promise<void> {
  const engine = await createWasmEngine({ build: "simd" })(recipe);
  engine.setParameters(initializeParameters(layout, recipe.initialization, 1));
  const gradient = new Float32Array(layout.length);
  const train = (by: Engine, batch: Batch) => by.computeGradient(batch, gradient);
  const evaluate = (by: Engine, batch: Batch) => by.evaluate(batch);
  const bars: Bar[] = [];
  for (const [name, compute, count] of [
    ["training", train, 16],
    ["training", train, 64],
    ["evaluating", evaluate, 512],
  ] as const) {
    const times = await pairedTimes(engine, batchOf(count), compute, pairs);
    const rate = (ms: number) => Math.round((1000 * count) / ms);
    const words = `${name}, ${count} samples`;
    bars.push(shown(`${words}, at once`, rate(median(times.map(([atOnce]) => atOnce))), "samples per second"));
    bars.push(shown(`${words}, by shards`, rate(median(times.map(([, byShards]) => byShards))), "samples per second"));
    bars.push(shown(`${words}, time of a pair`, median(times.map(([a, b]) => b / a)), "by shards / at once"));
  }
  engine.dispose();
  reportBars(bars, values.json);
}

/** Milliseconds of processor time, at once and by shards. */
async function pairedTimes(
  atOnce: Engine,
  batch: Batch,
  compute: (by: Engine, batch: Batch) => Promise<unknown>,
  pairs: number,
): Promise<[number, number][]> {
  const byShards = new ShardByShardEngine(atOnce);
  const timed = async (engine: Engine) => {
    const before = process.cpuUsage();
    await compute(engine, batch);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const times: [number, number][] = [];
  // The first pairs are the compiler's.
  for (let pair = -5; pair < pairs; pair++) {
    const both: [number, number] = [await timed(atOnce), await timed(byShards)];
    if (pair >= 0) times.push(both);
  }
  return times;
}

function batchOf(count: number): Batch {
  return { count, ...gatherSamples(train, [...new Array(count).keys()]) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function shown(name: string, value: number, unit: string): Bar {
  return { name, value, unit, limit: "at least", must: null, aim: null };
}
