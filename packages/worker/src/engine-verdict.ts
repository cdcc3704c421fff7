/** Which of a device's engines is the quickest for a run, by measurement. Plain data: it crosses `postMessage`. */
import { murmur3Text } from "@convoy/foundation";
import type { Recipe } from "@convoy/models";

export interface EngineTiming {
  /** Name of the candidate. */
  readonly engine: string;
  readonly device: string;
  /**
   * Of a whole batch: for parameters, forward and backward pass, and the gradient's way back; or, where the worker takes the
   * optimizer's steps by itself, for such a step.
   */
  readonly stepMs: number;
}

export interface EngineVerdict {
  /** Names what was computed, see `measuredTask`. A verdict holds for nothing else. */
  readonly task: string;
  /** Samples of the batch. */
  readonly sampleCount: number;
  /** Milliseconds since 1970. */
  readonly measuredAt: number;
  /** In the order in which they were tried. */
  readonly timings: readonly EngineTiming[];
  readonly winner: string;
}

/** To change over costs a moment, and two figures are never quite the same: less is not worth it. */
const WORTH = 0.9;

/** Whether an engine is worth changing over to from another. */
export function isClearlyQuicker(stepMs: number, thanMs: number): boolean {
  return stepMs <= WORTH * thanMs;
}

/** Names what an engine's speed depends on: parts of the recipe, and whether steps are taken or gradients sent. */
export function measuredTask({ model, preprocessing, batchSize, optimizer }: Recipe, takesSteps: boolean): string {
  return murmur3Text(JSON.stringify([model, preprocessing, batchSize, ...(takesSteps ? [optimizer.type] : [])]));
}
