import {
  type BackwardOperation,
  type EngineTask,
  type ExtremePoolGradient,
  type ForwardOperation,
  floatingPointOperations,
  type Operation,
  type Plan,
} from "@convoy/engine";
import { unreachable } from "@convoy/foundation";
import { activationGradientKernel, activationKernel } from "./wgsl/activation.ts";
import {
  adaptiveAveragePoolGradientKernel,
  adaptiveAveragePoolKernel,
  averagePoolGradientKernel,
  averagePoolKernel,
} from "./wgsl/average-pool.ts";
import { convolutionKernel } from "./wgsl/convolution.ts";
import { convolutionInputGradientKernels } from "./wgsl/convolution-input-gradient.ts";
import { convolutionParameterGradientKernels } from "./wgsl/convolution-parameter-gradient.ts";
import { denseInputGradientKernel, denseKernel, denseParameterGradientKernel } from "./wgsl/dense.ts";
import { dropoutGradientKernel, dropoutKernel } from "./wgsl/dropout.ts";
import { extremePoolGradientKernel, extremePoolKernel } from "./wgsl/extreme-pool.ts";
import type { Kernel } from "./wgsl/kernel.ts";
import { lossKernel } from "./wgsl/loss.ts";
import { normalizationGradientKernels, normalizationKernel } from "./wgsl/normalization.ts";
import { type PoolBehind, pooledParameterGradientKernels } from "./wgsl/pooled-parameter-gradient.ts";
import { preprocessKernel } from "./wgsl/preprocess.ts";
import { tiledKernels } from "./wgsl/tiled-layers.ts";

/**
 * Ways to do an operation, each a few kernels one after the other. The first, in registers, is good for small layers and
 * everywhere; in square tiles and in tall ones may follow.
 */
export type KernelChoice = readonly [readonly Kernel[], ...(readonly Kernel[])[]];

/** Every operation of a step, in order: an evaluation takes the forward ones only. */
export interface StepKernels {
  readonly forward: readonly KernelChoice[];
  readonly backward: readonly KernelChoice[];
}

/** Which operations are offered in tiles too: of each sample so many floating-point operations, or all. */
export const WIDE = 5e4;

export function kernelsOfPlan(plan: Plan, task: EngineTask, tiledFrom: number): StepKernels {
  const choose = (operation: Operation, kernels: readonly Kernel[]): KernelChoice => {
    const isWide = floatingPointOperations(operation) >= tiledFrom;
    return [kernels, ...(isWide ? tiledKernels(nameOf(operation), operation) : [])];
  };
  return {
    forward: plan.forward.map((operation) => choose(operation, forwardKernels(operation, plan, task))),
    backward: plan.backward.map((operation, index) => {
      const kernels = backwardKernels(plan.backward, operation, index);
      // What looks through a pool needs a quarter of the products that are left without.
      return poolBehind(plan.backward, index) === null ? choose(operation, kernels) : [kernels];
    }),
  };
}

function forwardKernels(operation: ForwardOperation, plan: Plan, task: EngineTask): Kernel[] {
  const name = nameOf(operation);
  switch (operation.type) {
    case "preprocess":
      return [preprocessKernel(name, operation, task)];
    case "convolution":
      return [convolutionKernel(name, operation)];
    case "dense":
      return [denseKernel(name, operation)];
    case "extreme-pool":
      return [extremePoolKernel(name, operation)];
    case "average-pool":
      return [averagePoolKernel(name, operation)];
    case "adaptive-average-pool":
      return [adaptiveAveragePoolKernel(name, operation)];
    case "activation":
      return [activationKernel(name, operation)];
    case "normalization":
      return [normalizationKernel(name, operation)];
    case "dropout":
      return [dropoutKernel(name, operation)];
    case "loss":
      return [lossKernel(name, operation, plan.parameterCount)];
    default:
      return unreachable(operation);
  }
}

function backwardKernels(all: readonly BackwardOperation[], operation: BackwardOperation, index: number): Kernel[] {
  const name = nameOf(operation);
  switch (operation.type) {
    case "convolution-parameter-gradient": {
      const pool = poolBehind(all, index);
      return pool === null
        ? convolutionParameterGradientKernels(name, operation)
        : pooledParameterGradientKernels(name, operation, pool);
    }
    case "convolution-input-gradient":
      return convolutionInputGradientKernels(name, operation);
    case "dense-parameter-gradient":
      return [denseParameterGradientKernel(name, operation)];
    case "dense-input-gradient":
      return [denseInputGradientKernel(name, operation)];
    case "extreme-pool-gradient":
      return isLookedThrough(operation, all, index) ? [] : [extremePoolGradientKernel(name, operation)];
    case "average-pool-gradient":
      return [averagePoolGradientKernel(name, operation)];
    case "adaptive-average-pool-gradient":
      return [adaptiveAveragePoolGradientKernel(name, operation)];
    case "activation-gradient":
      return [activationGradientKernel(name, operation)];
    case "normalization-gradient":
      return normalizationGradientKernels(name, operation);
    case "dropout-gradient":
      return [dropoutGradientKernel(name, operation)];
    default:
      return unreachable(operation);
  }
}

/**
 * The fused pool whose gradient the operation just before has spread over the convolution's output. What that one read
 * is still there: between the two, the plan gives no memory to anything else.
 */
function poolBehind(all: readonly BackwardOperation[], index: number): PoolBehind | null {
  const [before, operation] = [all[index - 1], all[index]];
  if (operation?.type !== "convolution-parameter-gradient") return null;
  if (before?.type !== "extreme-pool-gradient" || before.inputGradient !== operation.outputGradient) return null;
  const { geometry, places, outputGradient, through } = before;
  if (through !== null || geometry.window > geometry.stride) return null;
  return { geometry, places, gradient: outputGradient };
}

/** Whether nobody needs the gradient spread out: only the parameters' gradient follows, which reads what lies before it. */
function isLookedThrough(operation: ExtremePoolGradient, all: readonly BackwardOperation[], index: number): boolean {
  if (poolBehind(all, index + 1) === null) return false;
  const afterwards = all[index + 2];
  return afterwards?.type !== "convolution-input-gradient" || afterwards.outputGradient !== operation.inputGradient;
}

/** Layers count from 1, as in the sentences about them. */
function nameOf(operation: Operation): string {
  return "layer" in operation ? `${operation.type} of layer ${operation.layer + 1}` : operation.type;
}
