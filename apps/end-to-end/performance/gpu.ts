/**
 * `npm run bench:gpu`: the engine on WebGPU on a real GPU, through Dawn in Node: whether it computes what it must, and
 * how long a step takes beside PyTorch on the same GPU.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { conformanceChecks } from "@convoy/engine/conformance-checks";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import { createWebgpuEngine } from "@convoy/engine-webgpu";
import { openGraphicsDevice } from "@convoy/engine-webgpu/graphics-device";
import { type KernelTime, timeKernels } from "@convoy/engine-webgpu/kernel-times";
import { alexnet, alexnetSmall, lenet5 } from "@convoy/models";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { openDawn } from "./dawn.ts";
import { EngineTimer } from "./engine-timer.ts";
import { StretchTimer } from "./stretch-timer.ts";
import { TorchRival } from "./torch-rival.ts";
import { taskOf, type Workload } from "./workload.ts";

const { values } = parseArgs({
  options: { json: { type: "string" }, "no-checks": { type: "boolean" }, rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error("--rounds must be a number from 1.");

/** Steps of a measurement: long enough for a clock, short enough to take turns. */
const workloads = {
  lenet5: { model: lenet5, samples: 64, steps: 200 },
  "alexnet-small": { model: alexnetSmall, samples: 128, steps: 20 },
  alexnet: { model: alexnet, samples: 64, steps: 5 },
} as const satisfies Record<string, Workload>;
/** Steps: as many as a worker takes by itself, about. */
const STRETCH = 16;
type WorkloadName = keyof typeof workloads;

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));
openDawn(root);
const { adapter } = await openGraphicsDevice();
const torch = await TorchRival.open(root);
const rival = torch?.gpu == null ? null : torch;
process.stdout.write(`GPU: ${adapter.name}. PyTorch ${torch?.version ?? "is not there"}, ${torch?.gpu ?? "no GPU"}.\n`);

const bars: Bar[] = [];
if (values["no-checks"] !== true) bars.push(await check());
for (const name of ["lenet5", "alexnet-small", "alexnet"] as const) bars.push(...(await measure(name)));
torch?.close();
reportBars(bars, values.json);

/** The conformance suite, here: as products are chosen by measurement, and all in one way. */
async function check(): Promise<Bar> {
  let failed = 0;
  const checks = conformanceChecks.filter(({ needsCount }) => needsCount !== true);
  const ways = [
    {},
    { products: "in registers" },
    { products: "in square tiles" },
    { products: "in tall tiles" },
  ] as const;
  for (const way of ways) {
    for (const { name, run } of checks) {
      try {
        await run(createWebgpuEngine(way), {});
      } catch (error) {
        failed++;
        process.stdout.write(
          `FAILED ${name} ${JSON.stringify(way)}: ${error instanceof Error ? error.message : error}\n`,
        );
      }
    }
  }
  const all = ways.length * checks.length;
  process.stdout.write(`${all} conformance checks, ${failed} failed.\n`);
  return { name: `conformance checks failed, of ${all}`, value: failed, unit: "", limit: "at most", must: 0, aim: 0 };
}

async function measure(name: WorkloadName): Promise<Bar[]> {
  const workload = workloads[name];
  const startedAt = performance.now();
  const timer = await EngineTimer.prepare(createWebgpuEngine(), workload);
  const readyMs = performance.now() - startedAt;
  const stretch = await StretchTimer.prepare(createWebgpuEngine(), workload, STRETCH);
  // Stock TensorFlow.js is timed on the small networks only.
  const stock = name === "alexnet" ? null : await EngineTimer.prepare(createTfjsEngine("webgpu"), workload);
  const whole: number[] = [];
  const script: number[] = [];
  const torchMs: number[] = [];
  const stockMs: number[] = [];
  const flatMs: number[] = [];
  const ownMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { ms, scriptMs } = await timer.measure(workload.steps);
    whole.push(ms);
    script.push(scriptMs);
    flatMs.push(await stretch.measure(STRETCH, "flat vectors"));
    ownMs.push(await stretch.measure(STRETCH, "device"));
    if (stock !== null) stockMs.push((await stock.measure(Math.ceil(workload.steps / 10))).ms);
    if (rival !== null) torchMs.push(await rival.measure(workload, "gpu"));
  }
  timer.dispose();
  stretch.dispose();
  stock?.dispose();
  const { ms, kernels } = await timeKernels(taskOf(workload), workload.samples, name === "lenet5" ? 20 : 3);
  showKernels(name, kernels);
  const label = `${name} b${workload.samples}`;
  const shown = { unit: "ms", limit: "at most", must: null, aim: null } as const;
  const all: Bar[] = [
    { ...shown, name: `${label}: ready, its kernels compiled and chosen`, value: readyMs },
    { ...shown, name: `${label}: a step, gradient read back`, value: median(whole) },
    { ...shown, name: `${label}: JavaScript of it`, value: median(script) },
    { ...shown, name: `${label}: a step of a stretch of ${STRETCH}, optimizer on flat vectors`, value: median(flatMs) },
    { ...shown, name: `${label}: a step of a stretch of ${STRETCH}, optimizer on the GPU`, value: median(ownMs) },
    { ...shown, name: `${label}: kernels of a step, gradient left on the GPU`, value: ms },
    ...(stock === null
      ? []
      : [{ ...shown, name: `${label}: stock TensorFlow.js, gradient read back`, value: median(stockMs) }]),
    { ...shown, name: `${label}: PyTorch, gradient left on the GPU`, value: median(torchMs) },
  ];
  if (name === "lenet5") all.splice(1, 1, { ...(all[1] as Bar), must: 1.5, aim: 1.5 });
  if (name !== "alexnet") return all;
  const share = { name: `${label}: of PyTorch's speed`, value: (100 * median(torchMs)) / ms };
  return [...all, { ...share, unit: "%", limit: "at least", must: 40, aim: 70 }];
}

function showKernels(name: WorkloadName, kernels: readonly KernelTime[]): void {
  const lines = kernels.map(
    (kernel) =>
      `${kernel.ms.toFixed(4).padStart(9)} ms ${(kernel.work / kernel.ms / 1e9).toFixed(2).padStart(6)} TFLOP/s  ${kernel.name}`,
  );
  process.stdout.write(`${name}\n${lines.join("\n")}\n`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
