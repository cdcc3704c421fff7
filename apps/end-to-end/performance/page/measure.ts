/** Runs in a DedicatedWorker of Chromium: makes engines and times them, one request after the other. */

import type { EngineFactory } from "@convoy/engine";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import { createWasmEngine } from "@convoy/engine-wasm";
import { EngineTimer } from "../engine-timer.ts";
import { type WorkloadName, workloads } from "../workload.ts";

const factories: Readonly<Record<string, EngineFactory>> = {
  wasm: createWasmEngine(),
  "wasm, plain SIMD": createWasmEngine({ build: "simd" }),
  "tfjs-wasm": createTfjsEngine("wasm", { wasmPaths: new URL("./", self.location.href).href }),
  "tfjs-webgpu": createTfjsEngine("webgpu"),
};

interface Request {
  readonly engine: string;
  readonly workload: WorkloadName;
  /** 0 to prepare only; below, to measure so many forward passes. */
  readonly steps: number;
}

const timers = new Map<string, EngineTimer>();

addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  try {
    postMessage({ result: await measure(data) });
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});

async function measure({ engine, workload, steps }: Request): Promise<unknown> {
  const name = `${engine}, ${workload}`;
  let timer = timers.get(name);
  if (timer === undefined) {
    timer = await EngineTimer.prepare(factories[engine] as EngineFactory, workloads[workload]);
    timers.set(name, timer);
  }
  if (steps < 0) return { ms: await timer.measureForward(-steps), scriptMs: 0 };
  return steps === 0 ? null : timer.measure(steps);
}
