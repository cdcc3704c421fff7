import { EngineError, type Plan } from "@convoy/engine";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import type { KernelChoice } from "./kernels-of-plan.ts";
import { preparePipelines } from "./pipelines.ts";
import { PreparedStep } from "./prepared-step.ts";
import { StepBuffers, stepSizes } from "./step-buffers.ts";
import type { Kernel } from "./wgsl/kernel.ts";

/** Each way is tried so often; the quickest time counts, since whatever else the GPU does only slows it down. */
const TRIALS = 3;

/**
 * Of each operation, the way that is quickest on this GPU, for batches of `plan.batchSize` samples of nothing but zeros.
 * Where the GPU has no room for that, the first.
 */
export async function chooseKernels(
  graphics: GraphicsDevice,
  plan: Plan,
  pictureBytes: number,
  choices: readonly KernelChoice[],
): Promise<readonly (readonly Kernel[])[]> {
  const { device } = graphics;
  const open = choices.filter((choice) => choice.length > 1);
  if (open.length === 0) return choices.map(([first]) => first);
  const parameters = device.createBuffer({ size: 4 * plan.parameterCount, usage: GPUBufferUsage.STORAGE });
  try {
    const buffers = new StepBuffers(device, plan, stepSizes(plan, open.flat(2), pictureBytes), parameters);
    const chosen = new Map<KernelChoice, readonly Kernel[]>();
    for (const choice of open) chosen.set(choice, await quickest(graphics, buffers, choice));
    buffers.destroy();
    return choices.map((choice) => chosen.get(choice) ?? choice[0]);
  } catch (error) {
    if (graphics.failure !== undefined || !(error instanceof EngineError)) throw error;
    return choices.map(([first]) => first);
  } finally {
    parameters.destroy();
  }
}

async function quickest(
  graphics: GraphicsDevice,
  buffers: StepBuffers,
  choice: KernelChoice,
): Promise<readonly Kernel[]> {
  let best = choice[0];
  let bestMs = Number.POSITIVE_INFINITY;
  for (const kernels of choice) {
    const { kernels: prepared, sharedLayout } = await preparePipelines(graphics, kernels);
    const step = new PreparedStep(graphics.device, prepared, sharedLayout, buffers);
    // The first time, memory and caches are cold.
    await time(graphics, step, buffers.plan.batchSize);
    for (let trial = 0; trial < TRIALS; trial++) {
      const durationMs = await time(graphics, step, buffers.plan.batchSize);
      if (durationMs < bestMs) [best, bestMs] = [kernels, durationMs];
    }
  }
  return best;
}

async function time({ device }: GraphicsDevice, step: PreparedStep, count: number): Promise<number> {
  const startedAt = performance.now();
  step.submit(count, Number.POSITIVE_INFINITY, () => {});
  await device.queue.onSubmittedWorkDone();
  return performance.now() - startedAt;
}
