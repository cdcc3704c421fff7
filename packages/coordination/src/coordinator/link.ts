/**
 * What the way to a worker is like, measured when it joins: small messages there and back tell the round trip, a long one each
 * way the bandwidth. One at a time, while the worker prepares its engine. Nothing else travels, but on the coordinator's own
 * machine all samples do: the link of a worker there may look slower than it is, until its first exchange is measured.
 */
import { limits, type ToCoordinator } from "@convoy/protocol";
import type { Worker } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { Link } from "./way-to-worker.ts";

type Probed = Extract<ToCoordinator, { type: "probed" }>;

/** Bytes of padding down and up. The first are small, and the quickest of them counts: a worker may be busy when one comes. */
const small = { down: 0, up: 0 };
const probes = [small, small, small, { down: limits.probeBytes, up: 0 }, { down: 0, up: limits.probeBytes }] as const;

/** A quicker link than this is not told apart from an infinitely quick one. */
const LEAST_MS = 0.05;

/** Asks for the first answer; the others follow as they come. */
export function beginProbing(turn: Turn, worker: Worker): void {
  send(turn, worker, 0, []);
}

function send(turn: Turn, worker: Worker, index: number, tookMs: readonly number[]): void {
  const { down, up } = probes[index] ?? small;
  turn.changeWorker(worker, { probing: { probe: index, sentAt: turn.now, tookMs } });
  turn.send(worker.peer, { type: "probe", probe: index, answerBytes: up, padding: new Uint8Array(down) });
}

export function onProbed(turn: Turn, worker: Worker, { probe, padding }: Probed): void {
  const { probing } = worker;
  const expected = probing && (probes[probing.probe] ?? small).up;
  if (probing === null || probing.probe !== probe || padding.length !== expected) {
    turn.refuse(worker.peer, "not-probed", `No probe ${probe} with ${padding.length} bytes to answer is open.`);
    return;
  }
  const tookMs = [...probing.tookMs, Math.max(LEAST_MS, turn.now - probing.sentAt)];
  if (tookMs.length < probes.length) send(turn, worker, probe + 1, tookMs);
  else turn.changeWorker(worker, { probing: null, link: linkFrom(tookMs) });
}

/** Of what the probes took. */
function linkFrom(tookMs: readonly number[]): Link {
  const roundTripMs = Math.min(...tookMs);
  const bandwidth = (index: number) =>
    (1000 * limits.probeBytes) / Math.max(LEAST_MS, (tookMs[index] as number) - roundTripMs);
  return { roundTripMs, downBytesPerSecond: bandwidth(3), upBytesPerSecond: bandwidth(4) };
}

/** Nothing is known of a probe that is not answered, and nothing waits for it. */
export const noProbing: Pick<Worker, "probing" | "link"> = { probing: null, link: null };
