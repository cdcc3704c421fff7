/**
 * Where a worker's time goes while the run trains. Every millisecond from becoming ready on is in one of four parts:
 *
 * - computing: what the worker says its engine took for a lease, but no longer than the lease was out, and for its head start;
 * - sending: the rest of the time from lease to result, so both ways over the link, with parameters and samples;
 * - waiting: ready, without a lease, and not computing a head start for the next;
 * - adding: the lease was decided on, and held up while the coordinator added up, took the step, and sent to others.
 *
 * The older, the less it counts: of what lies `policy.forgetMs` back, a third. So a few numbers are kept, however long a run takes.
 */
import type { TimeShares } from "@convoy/protocol";
import { computingTime, type SaidTime } from "./computing-time.ts";
import { policy } from "./policy.ts";

export interface TimeSpent {
  /** On the training clock: up to then it is known. */
  readonly at: number;
  /** Milliseconds, the older ones with less weight. */
  readonly computing: number;
  readonly sending: number;
  readonly waiting: number;
  readonly adding: number;
  /** Of computing, what was for results that came too late to count. */
  readonly inVain: number;
  /** Samples computed meanwhile, with the same weights. */
  readonly samples: number;
}

export const noTimeSpent: TimeSpent = {
  at: 0,
  computing: 0,
  sending: 0,
  waiting: 0,
  adding: 0,
  inVain: 0,
  samples: 0,
};

/** What became known of a stretch of time, in milliseconds; what is left out is none. */
type Stretch = Partial<Omit<TimeSpent, "at">>;

/** Of a lease: how long it was out, from decision to result; of that held up here, and computed as its worker says. */
export interface LeaseTime extends SaidTime {
  readonly sampleCount: number;
  readonly outMs: number;
  readonly heldMs: number;
  readonly counts: boolean;
}

export function withWaiting(spent: TimeSpent, waiting: number, at: number): TimeSpent {
  return withStretch(spent, { waiting }, at);
}

/** A worker may say anything of itself: more than the lease was out is not believed, nor less than a clock can tell. */
export function withLease(
  spent: TimeSpent,
  { sampleCount, outMs, heldMs, headStartMs, counts, ...said }: LeaseTime,
  at: number,
): TimeSpent {
  const adding = between(0, heldMs, outMs);
  const computeMs = Math.max(said.computeMs, policy.leastComputeMs);
  const { before, within } = computingTime({ computeMs, headStartMs }, outMs - adding);
  const sending = outMs - adding - within;
  const inVain = counts ? 0 : within;
  const stretch = { computing: within, sending, adding, inVain, samples: sampleCount };
  return withHeadStart(withStretch(spent, stretch, at), before, counts);
}

/** While it computed that, its last result and this lease were on their way, or it was waited for others: so it was counted. */
function withHeadStart(spent: TimeSpent, headStart: number, counts: boolean): TimeSpent {
  const waited = Math.min(headStart, spent.waiting);
  const sent = Math.min(headStart - waited, spent.sending);
  const added = Math.min(headStart - waited - sent, spent.adding);
  return {
    ...spent,
    computing: spent.computing + waited + sent + added,
    inVain: spent.inVain + (counts ? 0 : waited + sent + added),
    waiting: spent.waiting - waited,
    sending: spent.sending - sent,
    adding: spent.adding - added,
  };
}

/** A stretch that ends at `at`, each moment of it weighted by its age. */
function withStretch(spent: TimeSpent, stretch: Stretch, at: number): TimeSpent {
  const { computing = 0, sending = 0, waiting = 0, adding = 0, inVain = 0, samples = 0 } = stretch;
  const length = computing + sending + waiting + adding;
  const kept = Math.exp(-Math.max(0, at - spent.at) / policy.forgetMs);
  const weight = length <= 0 ? 0 : (policy.forgetMs * -Math.expm1(-length / policy.forgetMs)) / length;
  return {
    at,
    computing: spent.computing * kept + computing * weight,
    sending: spent.sending * kept + sending * weight,
    waiting: spent.waiting * kept + waiting * weight,
    adding: spent.adding * kept + adding * weight,
    inVain: spent.inVain * kept + inVain * weight,
    samples: spent.samples * kept + samples * weight,
  };
}

/** Samples per second that the worker computes when nothing keeps it from it; null until measured. */
export function soloSpeed({ samples, computing }: TimeSpent): number | null {
  return computing > 0 ? (samples / computing) * 1000 : null;
}

/** The parts as shares that come to 1; null while there is nothing to share out. */
export function sharesOf({ computing, sending, waiting, adding }: TimeShares): TimeShares | null {
  const total = computing + sending + waiting + adding;
  if (total <= 0) return null;
  return {
    computing: computing / total,
    sending: sending / total,
    waiting: waiting / total,
    adding: adding / total,
  };
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
