/** In which form a worker gets the newest parameters. */
import type { CoordinatorState, Worker } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Whether the change that led to the newest version leads there from this one, too. */
export function canFollowFrom({ version, changeCodec }: CoordinatorState, held: number | null): boolean {
  return changeCodec !== "fp32" && held === version - 1;
}

/** Unless it holds them. */
export function sendParameters(turn: Turn, { peer, holdsVersion }: Worker): void {
  if (holdsVersion === turn.state.version) return;
  const form = canFollowFrom(turn.state, holdsVersion) ? "change" : "whole";
  turn.effects.push({ type: "send-parameters", peer, form });
}
