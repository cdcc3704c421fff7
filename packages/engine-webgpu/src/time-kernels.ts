/** How long the GPU itself is busy, without what a step waits for besides: for benches. */
import type { EngineTask } from "@convoy/engine";
import { compileTask, pictureBytes, planFor } from "./compile-task.ts";
import { openGraphicsDevice } from "./device/graphics-device.ts";
import { PreparedStep } from "./prepared-step.ts";
import { StepBuffers, stepSizes } from "./step-buffers.ts";

export interface KernelTime {
  readonly name: string;
  readonly ms: number;
  /** Floating-point operations, about. */
  readonly work: number;
}

export interface StepTime {
  /** Of all kernels, one after the other, with the gradient still on the GPU. */
  readonly ms: number;
  readonly kernels: readonly KernelTime[];
}

/**
 * Times a training step of `count` samples, and each kernel of it by itself, on the GPU: `repeats` of them are submitted
 * together, so that submitting and waiting count little. All values are zeros.
 */
export async function timeKernels(task: EngineTask, count: number, repeats: number): Promise<StepTime> {
  const graphics = await openGraphicsDevice();
  const { device } = graphics;
  const { kernels, sharedLayout } = (await compileTask(task, graphics)).pipelines;
  const plan = planFor(task, count);
  const parameters = device.createBuffer({ size: 4 * plan.parameterCount, usage: GPUBufferUsage.STORAGE });
  const sizes = stepSizes(
    plan,
    kernels.map(({ kernel }) => kernel),
    pictureBytes(task),
  );
  const buffers = new StepBuffers(device, plan, sizes, parameters);
  device.queue.writeBuffer(buffers.header, 0, Uint32Array.of(count, 1));
  const time = async (some: typeof kernels) => {
    const repeated = Array.from({ length: repeats }, () => some).flat();
    const step = new PreparedStep(device, repeated, sharedLayout, buffers);
    const once = async () => {
      const startedAt = performance.now();
      step.submit(count, Number.POSITIVE_INFINITY, () => {});
      await device.queue.onSubmittedWorkDone();
      return (performance.now() - startedAt) / repeats;
    };
    // The first time, memory and caches are cold.
    await once();
    return Math.min(await once(), await once(), await once());
  };
  const times: KernelTime[] = [];
  for (const prepared of kernels) {
    const { name, work } = prepared.kernel;
    times.push({ name, ms: await time([prepared]), work: work(count) });
  }
  const ms = await time(kernels);
  buffers.destroy();
  parameters.destroy();
  return { ms, kernels: times };
}
