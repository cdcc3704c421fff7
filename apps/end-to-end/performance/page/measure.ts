/** Runs in a DedicatedWorker of Chromium: makes engines and times them, one request after the other. */

import type { EngineFactory } from "@convoy/engine";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import {
  createThreadedEngine,
  createWasmEngine,
  openWebThread,
  serveThread,
  THREAD_NAME,
  webThreadPort,
} from "@convoy/engine-wasm";
import { createWebgpuEngine } from "@convoy/engine-webgpu";
import { EngineTimer } from "../engine-timer.ts";
import { type WorkloadName, workloads } from "../workload.ts";

const openThread = () => openWebThread(self.location.href);

const factories: Readonly<Record<string, EngineFactory>> = {
  wasm: createWasmEngine(),
  "wasm, fused": createWasmEngine({ build: "relaxed-simd" }),
  "wasm, 2 threads": createThreadedEngine({ threads: 2, openThread }),
  webgpu: createWebgpuEngine(),
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

if (self.name === THREAD_NAME) serveThread(webThreadPort());
else addEventListener("message", ({ data }: MessageEvent<Request>) => answer(data));

async function answer(request: Request): Promise<void> {
  try {
    postMessage({ result: await measure(request) });
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
}

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
