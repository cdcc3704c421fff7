/**
 * A worker whose stretch is sent need not wait for what all of them came to: it goes straight on with the stretch that was
 * announced to it, from where it has got by itself, and takes over the others' part when that comes.
 */
import type { LeaseMessage, NextStretchMessage } from "@convoy/protocol";
import type { WorkerEffect } from "./effect.ts";
import { type LeaseInHand, type WorkerCoreState, withoutHeadStart } from "./state.ts";

export type Stretch = NonNullable<LeaseMessage["stretch"]>;

type Lent = Pick<LeaseMessage, "stretch" | "draws">;

/** A stretch that is begun before it is lent. */
export interface HeadStart {
  /** The lease with which it was announced. */
  readonly after: LeaseMessage;
  readonly next: NextStretchMessage;
  /** As the lease will probably say it. */
  readonly stretch: Stretch;
}

type Sent = Pick<LeaseInHand, "message" | "next">;

/** For when a result is sent: what is begun after a stretch, if it is said already which one comes next. */
export function afterSending({ message, next }: Sent): Pick<WorkerCoreState, "headStart" | "untold"> {
  const { stretch } = message;
  if (stretch === null) return withoutHeadStart;
  if (next === null) return { headStart: null, untold: message };
  const { position, sampleCount, step } = next;
  return { headStart: { after: message, next, stretch: { ...stretch, position, sampleCount, step } }, untold: null };
}

/** To begin it, or to go on with it. */
export function getAhead({ headStart }: Pick<WorkerCoreState, "headStart">): WorkerEffect[] {
  return headStart === null ? [] : [{ type: "head-start", headStart }];
}

/** Whether there is nothing else to do, and the lease may still come. */
export function mayHaveHeadStart(state: WorkerCoreState, headStart: HeadStart): boolean {
  const { paused, lease, runState, failure, left } = state;
  const isThere = state.headStart === headStart && failure === null && !left;
  return isThere && !paused && lease === null && runState.state === "running";
}

/** Whether the steps of a head start, on so many samples, are the first ones of this lease. Of which of the run's steps they were is no matter. */
export function isBeginningOf({ after, next, stretch }: HeadStart, sampleCount: number, lease: Lent): boolean {
  const { stretch: lent, draws } = lease;
  return (
    lent !== null &&
    draws?.seed === after.draws?.seed &&
    draws?.epoch === next.epoch &&
    lent.position === stretch.position &&
    lent.sampleCount >= sampleCount &&
    lent.stride === stretch.stride &&
    lent.stepsPerBatch === stretch.stepsPerBatch &&
    lent.rateFactor === stretch.rateFactor
  );
}
