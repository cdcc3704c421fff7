/** Results that do not count, and leases that are given back. */
import type { RefusalReason } from "@convoy/protocol";
import { release, releaseFrom, reopen, shardsInWords } from "./leasing.ts";
import { slowerPace } from "./local/stretch-pace.ts";
import { measured, type Took } from "./measured.ts";
import { strike } from "./members.ts";
import { endIfMostFail } from "./rounds.ts";
import type { PeerId } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Refuses a result. If it was the worker's lease in hand, the shards are open again and the worker is free. */
export function refuseResult(
  turn: Turn,
  peer: PeerId,
  result: { readonly lease: number; readonly took: Took },
  reason: RefusalReason,
  sentence: string,
): void {
  turn.refuse(peer, reason, sentence, result.lease);
  const worker = turn.worker(peer);
  if (worker === undefined) return;
  const lease = turn.state.leases.get(result.lease);
  if (lease?.peer === peer && lease.state === "active") reopen(turn, lease, "settled");
  // A lease of this round has this round's version: whoever names another one did not compute what was asked.
  const isStale = reason === "stale-version" && lease === undefined;
  const tooLate = isStale || reason === "already-counted" || reason === "run-ended";
  if (worker.lease?.id === result.lease) {
    // A result that comes too late still tells how long it took.
    if (tooLate)
      turn.changeWorker(worker, {
        ...measured(turn, worker, result.took, false),
        stretchPace: slowerPace(turn, worker, result.took),
      });
    release(turn, peer);
  }
  if (reason === "not-finite" && mostFail(turn, peer)) return;
  // Whose fault it is that a gradient is too large, the round's end tells.
  if (!tooLate && reason !== "norm-too-large") strike(turn, peer, sentence);
}

function mostFail(turn: Turn, peer: PeerId): boolean {
  if (turn.state.round === null) return false;
  const round = { ...turn.state.round, notFinite: new Set([...turn.state.round.notFinite, peer]) };
  turn.change({ round });
  return endIfMostFail(turn, round);
}

/** A worker gives a lease back unfinished. */
export function onReturnedLease(turn: Turn, peer: PeerId, leaseId: number, reason: string): void {
  const worker = turn.worker(peer);
  const lease = turn.state.leases.get(leaseId);
  if (worker === undefined) return;
  if (lease === undefined || lease.peer !== peer || lease.state === "settled") {
    // It is over by now: there is nothing to give back.
    releaseFrom(turn, peer, leaseId);
    return;
  }
  turn.log("warning", `${worker.name} gave ${shardsInWords(lease)} back: ${reason}`);
  reopen(turn, lease, "settled");
  releaseFrom(turn, peer, leaseId);
  const current = turn.worker(peer);
  if (current === undefined) return;
  // It may not hold what it is believed to hold: it gets the parameters again.
  turn.changeWorker(current, { holdsVersion: null });
  strike(turn, peer, `it could not finish a lease (${reason})`);
}
