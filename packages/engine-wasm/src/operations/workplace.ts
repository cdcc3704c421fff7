import type { Activation, BufferId, EngineTask, Evaluation, Plan } from "@convoy/engine";
import type { Kernels } from "../kernels.ts";
import type { MemoryLayout } from "../memory-layout.ts";

/** What operations are prepared with. */
export interface Workplace {
  readonly task: EngineTask;
  readonly plan: Plan;
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly layout: MemoryLayout;
  /** Address of a buffer's first sample. */
  addressOf(buffer: BufferId): number;
  /** Of one sample, in bytes. */
  strideOf(buffer: BufferId): number;
  /** Hears the sum of the losses and how many samples are right. */
  readonly onLoss: (lossSum: number, correctCount: number) => void;
  /** Hears, in an evaluation, what became of the samples of each part. */
  readonly onEvaluated: (evaluation: Evaluation) => void;
}

/** The numbers by which the kernels know activations. */
export const ACTIVATION_CODES: Readonly<Record<Activation, number>> = { relu: 1, sigmoid: 2, tanh: 3 };
