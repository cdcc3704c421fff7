import type { WorkerView } from "@convoy/protocol";

/** Workers that are here in the order they came, then those that left, the newest first: rows never jump about. */
export function presentFirst(workers: readonly WorkerView[]): WorkerView[] {
  const here = workers.filter((worker) => worker.state !== "left").sort((a, b) => a.joinedAt - b.joinedAt);
  const gone = workers.filter((worker) => worker.state === "left").sort((a, b) => b.joinedAt - a.joinedAt);
  return [...here, ...gone];
}
