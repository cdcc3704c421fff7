/**
 * What this tab was doing, for when it is loaded again: a browser that needs memory discards hidden tabs and reloads
 * them when they are looked at, and a person presses reload. Kept with the tab, so another tab knows nothing of it.
 */
const LENDING = "convoy.lending";
const RELOADED = "convoy.reloaded";

export interface RememberedLending {
  readonly name: string;
  readonly engine: string | null;
  readonly threads: number;
  readonly paused: boolean;
}

/** Null forgets it. */
export function rememberLending(lending: RememberedLending | null): void {
  if (lending === null) write(LENDING, null);
  else write(LENDING, JSON.stringify(lending));
}

/** What the tab was doing when it was loaded last; null when it comes from elsewhere, or was doing nothing. */
export function rememberedLending(): RememberedLending | null {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "navigate" ? null : parseLending(read(LENDING));
}

function parseLending(text: string | null): RememberedLending | null {
  if (text === null) return null;
  try {
    const { name, engine, threads, paused } = JSON.parse(text) as { [field: string]: unknown };
    if (typeof name !== "string" || (typeof engine !== "string" && engine !== null)) return null;
    return { name, engine, threads: Number.isInteger(threads) ? (threads as number) : 1, paused: paused === true };
  } catch {
    return null;
  }
}

/** Whether the page may load itself again: once, until it was seen to be of use. */
export function mayReload(): boolean {
  if (read(RELOADED) !== null) return false;
  // A browser that keeps nothing would let it go on for ever.
  write(RELOADED, "1");
  return read(RELOADED) !== null;
}

export function reloadHelped(): void {
  write(RELOADED, null);
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing: the tab does not carry on by itself.
  }
}
