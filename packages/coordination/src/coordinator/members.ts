/** Workers coming, proving themselves, pausing and going. */
import { limits, type ToCoordinator } from "@convoy/protocol";
import { release, reopen, shardsInWords } from "./leasing.ts";
import { beginProbing, noProbing } from "./link.ts";
import { noLead } from "./local/leads.ts";
import { policy } from "./policy.ts";
import type { PeerId, Worker } from "./state.ts";
import { noTimeSpent } from "./time-spent.ts";
import type { Turn } from "./turn.ts";

type Message<Type extends ToCoordinator["type"]> = Extract<ToCoordinator, { type: Type }>;

export function onJoin(turn: Turn, peer: PeerId, message: Message<"join">): void {
  const { workers, control } = turn.state;
  if (turn.worker(peer) !== undefined) {
    turn.refuse(peer, "already-joined", "This connection has joined already.");
    return;
  }
  const present = [...workers.values()].filter((worker) => worker.state !== "left");
  if (present.length >= limits.workers) {
    turn.refuse(peer, "too-many-workers", `This run has its ${limits.workers} workers; there is room when one leaves.`);
    turn.effects.push({ type: "disconnect", peer });
    return;
  }
  const worker: Worker = {
    peer,
    name: uniqueName(message.name, present),
    device: message.device,
    engine: null,
    fingerprint: null,
    state: "registered",
    joinedAt: turn.now,
    provingSince: turn.now,
    lease: null,
    holdsVersion: null,
    download: { version: null, overtaken: 0, failed: false },
    speed: { train: null, evaluate: null },
    ...noProbing,
    stretchPace: null,
    lead: noLead,
    announced: null,
    readySince: 0,
    timeSpent: noTimeSpent,
    fetches: true,
    standby: null,
    leases: 0,
    strikes: 0,
    engineChanges: 0,
    refusals: 0,
    shards: 0,
    samples: 0,
  };
  turn.workers.set(peer, worker);
  turn.log("info", `${worker.name} joined.`);
  sendWelcome(turn, worker);
  beginProbing(turn, worker);
  if (control === "paused") turn.send(peer, { type: "run-state", state: "paused", sentence: "The run is paused." });
  if (control === "finished" || control === "stopped")
    turn.send(peer, { type: "run-state", state: "ended", sentence: "The run has ended." });
}

/** What this run is. Said again when the engine it wants has been decided since. */
export function sendWelcome(turn: Turn, worker: Worker): void {
  const { settings, fingerprint } = turn.state;
  turn.send(worker.peer, {
    type: "welcome",
    worker: workerIdOf(worker.peer),
    name: worker.name,
    run: settings.run,
    // A recipe is plain data; its type does not say so in the words of JSON.
    recipe: settings.recipe as unknown as JsonRecipe,
    datasetTitle: settings.dataset.title,
    exact: settings.exact,
    fingerprint,
    trainCount: settings.trainCount,
    downCodec: settings.downCodec,
  });
}

type JsonRecipe = Extract<Parameters<Turn["send"]>[1], { type: "welcome" }>["recipe"];

export function workerIdOf(peer: PeerId): string {
  return `w${peer}`;
}

function uniqueName(wanted: string, present: readonly Worker[]): string {
  const taken = new Set(present.map((worker) => worker.name));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted.slice(0, limits.nameLength - 6)} ${number}`;
  return name;
}

export function onAvailability(turn: Turn, worker: Worker, available: boolean): void {
  if (available) {
    if (worker.state !== "paused") return;
    const state = worker.fingerprint !== null ? "ready" : worker.engine === null ? "registered" : "proving";
    turn.changeWorker(worker, { state, provingSince: turn.now });
    turn.log("info", `${worker.name} resumed.`);
    return;
  }
  if (worker.state === "paused") return;
  giveShardsBack(turn, worker);
  const current = turn.worker(worker.peer) ?? worker;
  turn.changeWorker(current, { state: "paused", lease: null, announced: null });
  turn.log("info", `${worker.name} paused.`);
}

/** The worker is gone, for whatever reason. Its shards go to someone else; it stays listed for a while. */
export function onDeparture(turn: Turn, peer: PeerId, reason: string): void {
  const worker = turn.worker(peer);
  if (worker === undefined) return;
  const returned = giveShardsBack(turn, worker);
  const current = turn.worker(peer) ?? worker;
  forgetFailure(turn, peer);
  listAsDeparted(turn, { ...current, state: "left", lease: null, holdsVersion: null });
  turn.log(
    "info",
    `${worker.name} left (${reason})${returned === null ? "" : `; its ${returned} will go to someone else`}.`,
  );
}

/** Notes a refusal through the worker's own fault. Who is refused again and again is sent away. */
export function strike(turn: Turn, peer: PeerId, sentence: string): void {
  const worker = turn.worker(peer);
  if (worker === undefined) return;
  const strikes = worker.strikes + 1;
  turn.changeWorker(worker, { refusals: worker.refusals + 1, strikes });
  turn.log("warning", `Refused from ${worker.name}: ${sentence}`);
  if (strikes >= policy.strikes) sendAway(turn, peer, `was sent away after ${strikes} refusals in a row`, sentence);
}

/** Refuses a worker for good. */
function sendAway(turn: Turn, peer: PeerId, why: string, last: string): void {
  const sentence = `This worker ${why}; reload the page to try again. The last of them: ${last.slice(0, 600)}`;
  turn.refuse(peer, "sent-away", /[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
  onDeparture(turn, peer, why);
  turn.effects.push({ type: "disconnect", peer });
}

/** Only those who are there bear witness; who comes again is someone else. */
function forgetFailure(turn: Turn, peer: PeerId): void {
  const { round } = turn.state;
  if (round === null || !(round.notFinite.has(peer) || round.tooLarge.has(peer))) return;
  const notFinite = new Set([...round.notFinite].filter((other) => other !== peer));
  const tooLarge = new Map([...round.tooLarge].filter(([other]) => other !== peer));
  turn.change({ round: { ...round, notFinite, tooLarge } });
}

function giveShardsBack(turn: Turn, worker: Worker): string | null {
  const lease = worker.lease === null ? undefined : turn.state.leases.get(worker.lease.id);
  if (lease === undefined || lease.state === "settled") return null;
  const words = lease.state === "active" ? shardsInWords(lease) : null;
  reopen(turn, lease, "settled");
  release(turn, worker.peer);
  return words;
}

/** Those who left stand at the end of the list, in the order in which they left; the first of them are forgotten. */
function listAsDeparted(turn: Turn, worker: Worker): void {
  const { workers } = turn;
  workers.delete(worker.peer);
  workers.set(worker.peer, worker);
  turn.change({ departedCount: turn.state.departedCount + 1 });
  const departed = [...workers.values()].filter((other) => other.state === "left");
  for (const other of departed.slice(0, -policy.departedWorkers)) workers.delete(other.peer);
}
