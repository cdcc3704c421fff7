/** From joining to ready: a worker tests its engine, and says so in time. An exact run takes one kind of engine only. */
import type { ToCoordinator } from "@convoy/protocol";
import { noLead } from "./local/leads.ts";
import { onDeparture, sendWelcome, strike } from "./members.ts";
import { policy } from "./policy.ts";
import type { Worker } from "./state.ts";
import { noTimeSpent } from "./time-spent.ts";
import type { Turn } from "./turn.ts";

/** It says which engine it tests. */
export function onProving(turn: Turn, worker: Worker, engine: string): void {
  if (worker.fingerprint !== null) {
    turn.refuse(worker.peer, "already-ready", "This worker's engine has passed its self-test already.");
    strike(turn, worker.peer, "it tests an engine after another has passed");
    return;
  }
  turn.changeWorker(worker, {
    engine,
    provingSince: turn.now,
    state: worker.state === "paused" ? "paused" : "proving",
  });
}

export function onReady(
  turn: Turn,
  worker: Worker,
  { engine, proof }: Extract<ToCoordinator, { type: "ready" }>,
): void {
  if (worker.fingerprint !== null) {
    changeEngine(turn, worker, engine);
    return;
  }
  if (!isBoundTo(turn, engine.fingerprint)) {
    refuseEngine(turn, worker, engine.name);
    return;
  }
  const words = `${engine.name} on ${engine.device}`;
  turn.changeWorker(worker, {
    state: worker.state === "paused" ? "paused" : "ready",
    engine: words,
    fingerprint: engine.fingerprint,
  });
  turn.log("info", `${worker.name} passed the self-test in ${Math.round(proof.durationMs)} ms with ${words}.`);
}

/** A worker that is ready has found a quicker engine. Nothing that was measured of the old one holds for it. */
function changeEngine(turn: Turn, worker: Worker, engine: Extract<ToCoordinator, { type: "ready" }>["engine"]): void {
  if (turn.state.settings.exact || worker.fingerprint === engine.fingerprint) {
    turn.refuse(worker.peer, "already-ready", "This worker is ready already.");
    strike(turn, worker.peer, "it says ready twice");
    return;
  }
  if (worker.engineChanges >= policy.engineChanges) {
    turn.refuse(
      worker.peer,
      "already-ready",
      `This worker has changed its engine ${worker.engineChanges} times already.`,
    );
    strike(turn, worker.peer, "it changes its engine again and again");
    return;
  }
  const words = `${engine.name} on ${engine.device}`;
  turn.changeWorker(worker, {
    engine: words,
    fingerprint: engine.fingerprint,
    speed: { train: null, evaluate: null },
    timeSpent: noTimeSpent,
    standby: null,
    stretchPace: null,
    lead: noLead,
    leases: 0,
    engineChanges: worker.engineChanges + 1,
  });
  turn.log("info", `${worker.name} changed over to ${words}.`);
}

/**
 * Whether a run may count what this engine computes. An exact one is bound to its first engine; as long as nothing
 * was counted and nobody has that engine, another may take its place.
 */
function isBoundTo(turn: Turn, fingerprint: string): boolean {
  const { settings, step, round, workers } = turn.state;
  if (!settings.exact || turn.state.fingerprint === fingerprint) return true;
  const isFree =
    turn.state.fingerprint === null ||
    (step === 0 &&
      !round?.shards.includes("done") &&
      ![...workers.values()].some((worker) => worker.state !== "left" && worker.fingerprint !== null));
  if (isFree) {
    turn.change({ fingerprint });
    turn.log("info", `All workers of this exact run have one engine from now on: ${fingerprint}.`);
  }
  return isFree;
}

/** The worker hears which engine is wanted, and may try others. */
function refuseEngine(turn: Turn, worker: Worker, engine: string): void {
  const sentence = `This run is exact, and another engine computes it (${turn.state.fingerprint}): ${engine} would give other bits.`;
  turn.refuse(worker.peer, "other-engine", sentence);
  turn.log("info", `${worker.name} cannot help with ${engine}: the run is exact and bound to another engine.`);
  turn.changeWorker(worker, { engine: null, state: worker.state === "paused" ? "paused" : "registered" });
  sendWelcome(turn, worker);
}

/** When the first of those who test an engine has taken too long; null while nobody does. */
export function proofDeadline(turn: Turn): number | null {
  let at: number | null = null;
  for (const worker of turn.state.workers.values()) {
    if (worker.state !== "registered" && worker.state !== "proving") continue;
    const deadline = worker.provingSince + policy.provingMs;
    if (at === null || deadline < at) at = deadline;
  }
  return at;
}

/** Whoever joins and then never proves itself takes the place of another. */
export function expireProofs(turn: Turn): void {
  const overdue = [...turn.state.workers.values()].filter(
    ({ state, provingSince }) =>
      (state === "registered" || state === "proving") && provingSince + policy.provingMs <= turn.now,
  );
  for (const worker of overdue) {
    const minutes = Math.round(policy.provingMs / 60_000);
    turn.refuse(
      worker.peer,
      "silent",
      `Nothing was heard of a self-test for ${minutes} minutes; reload the page to try again.`,
    );
    onDeparture(turn, worker.peer, `it did not finish its self-test in ${minutes} minutes`);
    turn.effects.push({ type: "disconnect", peer: worker.peer });
  }
}
