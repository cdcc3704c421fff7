/**
 * Part of `npm run bench:checkpoints`: a checkpoint of a network of AlexNet's size, 57 million parameters and as much
 * optimizer state. How long does the thread that trains stand still? Prints one line of JSON.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { positionOf, type RunSettings, startCoordinator } from "@convoy/coordination";
import { createOptimizer } from "@convoy/gradients";
import { findRecipe, parameterLayout } from "@convoy/models";
import { CheckpointStore, readNewestCheckpoint } from "../src/checkpoints/checkpoint-store.ts";
import { LargeFiles } from "../src/checkpoints/large-files.ts";

const WRITES = 3;
const fileThread = path.join(import.meta.dirname, "../file-thread.js");

const lenet = findRecipe("lenet5-mnist");
const model = {
  ...lenet.model,
  name: "large",
  inputShape: [96, 96, 1] as const,
  layers: [
    { type: "flatten" } as const,
    ...[4096, 4096, 610, lenet.model.classCount].map((units) => ({ type: "dense" as const, units })),
  ],
};
const { length } = parameterLayout(model);
const settings: RunSettings = {
  run: "00112233445566ff",
  recipe: { ...lenet, model },
  parameterCount: length,
  seed: 1,
  epochs: 1,
  strategy: { type: "sync" } as const,
  codec: "fp32" as const,
  downCodec: "fp32" as const,
  exact: false,
  checkpointMs: 10_000,
  trainCount: 64,
  testCount: 1,
  dataset: { name: "none", title: "none", warning: null },
};

const folder = mkdtempSync(path.join(tmpdir(), "convoy-large-checkpoint-"));
try {
  process.stdout.write(`${JSON.stringify(await measure())}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const files = new LargeFiles(fileThread);
  const dataset = { name: "none", trainCount: 64, testCount: 1, sha256: "0".repeat(64) };
  const store = await CheckpointStore.open(folder, files, settings, dataset);
  const state = startCoordinator(settings, new Uint8Array(1), Date.now());
  const position = positionOf(state, Date.now());
  const optimizer = createOptimizer(settings.recipe, 1, length);
  const [parameters, gradient, next] = [0.1, 0.2, 0].map((value) => new Float32Array(length).fill(value)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const step = () => timed(() => optimizer.step(parameters, gradient, { step: 1, sampleCount: 1 }, next));
  step();
  const stepMs = Math.min(step(), step());
  const idleMs = await longestDelay(() => new Promise((resolve) => setTimeout(resolve, 3000)));
  const delays: number[] = [];
  let stepAfterMs = 0;
  const beganAt = performance.now();
  for (let write = 0; write < WRITES; write++) {
    const optimizerState = optimizer.state;
    delays.push(
      await longestDelay(() => store.write({ position, parameters, optimizerState, master: null }, async () => {})),
    );
    const firstStepMs = step();
    // The first time, there are no other vectors yet.
    if (write > 0) stepAfterMs = Math.max(stepAfterMs, firstStepMs);
    optimizer.giveBack(optimizerState);
  }
  const writeMs = (performance.now() - beganAt) / WRITES;
  const readMs = await timedAsync(() => readNewestCheckpoint(folder, settings.run));
  await files.close();
  return { elements: length, idleMs, delayMs: Math.max(...delays), writeMs, readMs, stepMs, stepAfterMs };
}

/** The longest time in which the thread could do nothing else, while the work is done. */
async function longestDelay(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

function timed(work: () => void): number {
  const beganAt = performance.now();
  work();
  return performance.now() - beganAt;
}

async function timedAsync(work: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  await work();
  return performance.now() - beganAt;
}
