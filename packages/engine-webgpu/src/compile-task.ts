import { compilePlan, type EngineTask, type Plan } from "@convoy/engine";
import { elementCount, imageShapeFor } from "@convoy/models";
import { chooseKernels } from "./choose-kernels.ts";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import { type KernelChoice, kernelsOfPlan, WIDE } from "./kernels-of-plan.ts";
import { type Pipelines, preparePipelines } from "./pipelines.ts";
import { keyOfWays, rememberedWays, type WayMemory } from "./remembered-ways.ts";
import { requireLimits, stepSizes } from "./step-buffers.ts";
import type { Kernel } from "./wgsl/kernel.ts";

/** How products of matrices are made. */
export type Products = "in registers" | "in square tiles" | "in tall tiles";

/** Samples of a batch on which ways to do an operation are compared. */
const COMPARED_COUNT = 64;

/** Is told how many of an engine's kernels are compiled, each time another is. */
export type CompileProgress = (done: number, all: number) => void;

export interface CompiledTask {
  readonly pipelines: Pipelines;
  /** The first so many of them are an evaluation. */
  readonly forwardCount: number;
}

/** Places are read and written as words; a pool whose windows do not overlap never leaves the registers. */
export function planFor({ model }: EngineTask, batchSize: number): Plan {
  return compilePlan(model, { batchSize, placeBytes: 4, fusedPools: "disjoint" });
}

export function pictureBytes({ model, preprocessing }: EngineTask): number {
  return elementCount(imageShapeFor(preprocessing, model.inputShape));
}

/**
 * Compiles the kernels of a task's steps. Unless told how, each product is made the way that is quickest on this GPU.
 * Rejects with an EngineError: a shader does not compile, the model or its batch is too large.
 */
export async function compileTask(
  task: EngineTask,
  graphics: GraphicsDevice,
  products?: Products,
  onProgress?: CompileProgress,
): Promise<CompiledTask> {
  const plan = planFor(task, 1);
  // An imitated GPU waits so long at barriers that tiles need not be tried.
  const way = products ?? (graphics.adapter.software ? "in registers" : undefined);
  const tiledFrom = way === undefined ? WIDE : way === "in registers" ? Number.POSITIVE_INFINITY : 0;
  const { forward, backward } = kernelsOfPlan(plan, task, tiledFrom);
  const choices = [...forward, ...backward];
  const narrowest = choices.flatMap(([first]) => first);
  // Where one sample is too many, it is the model that is too large, and not the batch.
  for (const sized of [plan, planFor(task, task.batchSize ?? 1)]) {
    requireLimits(sized, stepSizes(sized, narrowest, pictureBytes(task)), graphics.device.limits);
  }
  let isCompiled = false;
  const compileAll = async () => {
    await preparePipelines(graphics, choices.flat(2), onProgress);
    isCompiled = true;
  };
  const chosen = await choose(task, graphics, choices, way, compileAll);
  const forwardKernels = chosen.slice(0, forward.length).flat();
  return {
    pipelines: await preparePipelines(graphics, chosen.flat(), isCompiled ? undefined : onProgress),
    forwardCount: forwardKernels.length,
  };
}

async function choose(
  task: EngineTask,
  graphics: GraphicsDevice,
  choices: readonly KernelChoice[],
  way: Products | undefined,
  compileAll: () => Promise<void>,
): Promise<readonly (readonly Kernel[])[]> {
  if (way === "in square tiles") return choices.map((choice) => choice[1] ?? choice[0]);
  if (way !== undefined) return choices.map((choice) => choice.at(-1) ?? choice[0]);
  const measure = async () => {
    // All ways at the same time, before they are compared one after the other.
    await compileAll();
    return chooseKernels(graphics, planFor(task, COMPARED_COUNT), pictureBytes(task), choices);
  };
  return chooseOnce(choices, keyOfWays(graphics, choices), rememberedWays, measure);
}

/** What was chosen before on this device; or what is chosen now, which is remembered. */
export async function chooseOnce(
  choices: readonly KernelChoice[],
  key: string,
  memory: WayMemory,
  measure: () => Promise<readonly (readonly Kernel[])[]>,
): Promise<readonly (readonly Kernel[])[]> {
  const known = (await memory.recall(key)) ?? [];
  const chosenBefore = choices.flatMap((choice, i) => {
    const kernels = choice[known[i] ?? -1];
    return kernels === undefined ? [] : [kernels];
  });
  if (chosenBefore.length === choices.length) return chosenBefore;
  const chosen = await measure();
  await memory.keep(
    key,
    choices.map((choice, i) => choice.indexOf(chosen[i] as readonly Kernel[])),
  );
  return chosen;
}
