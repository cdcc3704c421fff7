/** The order of the epoch after the one under way: made once it is of use, and then kept. */
import { type CoordinatorState, type Lease, orderOfEpoch } from "../state.ts";
import type { Turn } from "../turn.ts";
import { positionsIn } from "./local-round.ts";

export interface EpochOrder {
  /** From 0. */
  readonly epoch: number;
  readonly order: Uint32Array;
  /** Of each sample, its position in the order. */
  readonly positions: Uint32Array;
}

export function followingEpoch(turn: Turn): void {
  const { settings, following } = turn.state;
  const epoch = turn.state.epoch.epoch + 1;
  if (following?.epoch === epoch) return;
  const order = orderOfEpoch(settings, epoch);
  turn.change({ following: { epoch, order, positions: positionsIn(order) } });
}

/** Whether a sample lies in what a worker was told of with its lease: of this epoch, whose positions are given, or of the following one. */
export function isAnnounced(
  { epoch, following, settings }: CoordinatorState,
  positions: EpochOrder["positions"],
  { announced }: Lease,
): (sample: number) => boolean {
  if (announced === null) return () => false;
  const inEpoch = announced.epoch === epoch.epoch ? positions : following?.positions;
  const { batchSize } = settings.recipe;
  const [start, end] = [announced.first * batchSize, announced.end * batchSize];
  return (sample) => {
    const position = inEpoch?.[sample];
    return position !== undefined && position >= start && position < end;
  };
}
