/**
 * What the books of a run have to tell, whatever its strategy. They are kept from what the coordinator says, not from
 * what it believes, so that the two can be compared.
 */
import type { CoordinatorEffect, CoordinatorEvent, CoordinatorState, PeerId, RunPosition } from "@convoy/coordination";
import type { LeaseMessage, LossPoint } from "@convoy/protocol";

/**
 * A result counts when it is the first valid one of shards that are not counted yet. "doubtful": so large that the
 * coordinator may wait for another worker's.
 */
export type Verdict = "counts" | "no numbers" | "void" | "doubtful";

export type Accumulate = Extract<CoordinatorEffect, { type: "accumulate" }>;
export type Update = Extract<CoordinatorEffect, { type: "update" }>;

export interface Books {
  readonly version: number;
  /** Training steps so far. */
  readonly step: number;
  /** Whether any result of this run is counted. */
  readonly hasCounted: boolean;
  /** What must become of what happens. */
  judge(state: CoordinatorState, event: CoordinatorEvent): Verdict;
  lease(peer: PeerId, message: LeaseMessage): void;
  /** The coordinator says that the result of a lease counts. */
  count(peer: PeerId, lease: number): void;
  accumulate(effect: Accumulate, event: CoordinatorEvent): void;
  update(effect: Update, before: CoordinatorState, event: CoordinatorEvent): void;
  reportLoss(point: LossPoint): void;
  endEvaluation(): void;
  /** Someone got no numbers in this round. */
  fail(peer: PeerId): void;
  /** Whether most of those who have shown that they can compute get no numbers in this round. */
  mostFail(state: CoordinatorState): boolean;
  /** The newest step led nowhere. */
  retract(): void;
  /** What the coordinator believes of the round must be what the books say. */
  compare(state: CoordinatorState): void;
  published(version: number, parameters: Float32Array): void;
  saved(position: RunPosition): void;
}

/** The books of a run that begins or goes on with a version. `evaluates`: its epoch is still to be tested. */
export type OpenBooks = (version: number, evaluates: boolean) => Books;

export function mostOf(failing: ReadonlySet<PeerId>, { workers }: CoordinatorState): boolean {
  let witnesses = 0;
  let agreeing = 0;
  for (const { peer, state, samples } of workers.values()) {
    if (samples === 0 || state === "left" || state === "paused") continue;
    witnesses++;
    if (failing.has(peer)) agreeing++;
  }
  return agreeing >= 2 && 2 * agreeing > witnesses;
}
