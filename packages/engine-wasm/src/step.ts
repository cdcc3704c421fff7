import type { Batch } from "@convoy/engine";

/** What an operation of the plan has to know of the part of a batch that it is run for. */
export interface Part {
  readonly batch: Batch;
  /** Samples of the part, and the place of its first in the batch. */
  readonly count: number;
  readonly first: number;
  readonly training: boolean;
  /** Whether gradients are added to those of the parts before. */
  readonly accumulate: boolean;
}

/** One operation of the plan, prepared. */
export type Run = (part: Part) => void;
