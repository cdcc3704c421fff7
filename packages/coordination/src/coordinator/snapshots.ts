/**
 * How a newcomer gets the parameters of a large network: over HTTP, before it is given anything that others would wait for. In the
 * meantime it is no part of the crew. Whoever holds a version gets later ones ahead of its leases.
 */
import { FRAME_HEADER_BYTES, type ToCoordinator } from "@convoy/protocol";
import { strike } from "./members.ts";
import { policy } from "./policy.ts";
import { canFollowFrom } from "./send-parameters.ts";
import type { CoordinatorState, Worker } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { Download } from "./way-to-worker.ts";

/** Tells those who are ready and hold nothing to fetch the newest version, where that is long. */
export function offerSnapshots(turn: Turn): void {
  const { round, settings, snapshotBytes, version } = turn.state;
  if (round === null || FRAME_HEADER_BYTES + 4 * settings.parameterCount <= snapshotBytes) return;
  for (const worker of turn.state.workers.values()) {
    if (worker.state !== "ready" || worker.holdsVersion !== null || !mayFetch(worker)) continue;
    turn.changeWorker(worker, { state: "fetching", download: { ...worker.download, version } });
    turn.effects.push({ type: "offer-parameters", peer: worker.peer });
  }
}

/** Where versions follow each other so quickly that none is fetched in time, it gets one with its lease, as others do. */
function mayFetch({ download }: Worker): boolean {
  return !download.failed && download.overtaken < policy.snapshotTries;
}

/** It has a version. Is that the newest, nothing has to go ahead of its lease; or the change, where it is the one before. */
export function onFetched(turn: Turn, worker: Worker, version: number): void {
  if (!isAwaited(turn, worker, version)) return;
  const isOfUse = version === turn.state.version || canFollowFrom(turn.state, version);
  if (isOfUse) settle(turn, worker, { overtaken: 0 }, version);
  else settle(turn, worker, { overtaken: worker.download.overtaken + 1 });
}

export function onFetchFailed(
  turn: Turn,
  worker: Worker,
  { version, reason }: Extract<ToCoordinator, { type: "fetch-failed" }>,
): void {
  if (!isAwaited(turn, worker, version)) return;
  if (version !== turn.state.version) {
    // It may have been forgotten here.
    settle(turn, worker, { overtaken: worker.download.overtaken + 1 });
    return;
  }
  turn.log("warning", `${worker.name} cannot fetch the parameters; they go over its socket: ${reason}`);
  settle(turn, worker, { failed: true });
}

/** Whether it was told to fetch this and has not answered yet. What is out of date, or known, changes nothing. */
function isAwaited(turn: Turn, worker: Worker, version: number): boolean {
  const { state, download, holdsVersion } = worker;
  if (download.version === null || version > download.version) {
    const sentence = `Version ${version} of the parameters is not what this worker was told to fetch.`;
    turn.refuse(worker.peer, "malformed", sentence);
    strike(turn, worker.peer, sentence);
    return false;
  }
  const waits = state === "fetching" || (state === "paused" && holdsVersion === null);
  return waits && version === download.version;
}

function settle(turn: Turn, worker: Worker, news: Partial<Download>, holdsVersion: number | null = null): void {
  const state = worker.state === "fetching" ? "ready" : worker.state;
  turn.changeWorker(worker, { state, holdsVersion, download: { ...worker.download, ...news } });
}

/** The versions that somebody is to fetch: as long as that is so, an old one should be had. */
export function fetchedVersions({ workers }: CoordinatorState): Set<number> {
  const versions = new Set<number>();
  for (const { state, download } of workers.values()) {
    if (state === "fetching" && download.version !== null) versions.add(download.version);
  }
  return versions;
}
