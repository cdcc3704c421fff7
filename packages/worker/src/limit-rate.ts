import type { WorkerStatus } from "./worker-status.ts";

/** Showing one takes a browser the time of several steps, on processors that are lent for those. */
const INTERVAL_MS = 1000;

/**
 * Passes statuses on: at once when the phase is another, or the engine that is tried, which may be the worker's last word; else
 * the newest of each second.
 */
export function limitRate(show: (status: WorkerStatus) => void): (status: WorkerStatus) => void {
  let newest: WorkerStatus | null = null;
  let shown: string | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const showNewest = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (newest === null) return;
    shown = newsOf(newest);
    show(newest);
    newest = null;
  };
  return (status) => {
    newest = status;
    if (newsOf(status) !== shown) showNewest();
    else timer ??= setTimeout(showNewest, INTERVAL_MS);
  };
}

/** "waiting" and "working" alternate with every lease: to a person they are one. */
function newsOf({ phase, trial }: WorkerStatus): string {
  return `${phase === "waiting" ? "working" : phase} ${trial?.engine ?? ""}`;
}
