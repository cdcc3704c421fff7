import type { EntryView, LinkTokens } from "@convoy/protocol";

/** Asks the coordinator what a token opens; null when it does not answer. */
export type AskEntry = (token: string | null) => Promise<EntryView | null>;

export interface FoundEntry {
  /** Null when the coordinator did not answer: it will tell over the socket, as soon as it does. */
  readonly view: EntryView | null;
  /** What to show the coordinator from now on. */
  readonly token: string | null;
}

/** The way in with what is at hand: the key opens more than the invitation, and neither may be needed. */
export async function findEntry(ask: AskEntry, { adminKey, invitation }: LinkTokens): Promise<FoundEntry> {
  const tokens = [adminKey, invitation].filter((token) => token !== null);
  let closed: EntryView | null = null;
  for (const token of tokens.length === 0 ? [null] : tokens) {
    const view = await ask(token);
    if (view === null || view.access !== "none") return { view, token };
    closed = view;
  }
  return { view: closed, token: null };
}

/** A token as it was typed, without what can only have slipped in: it travels in a header. */
export function plainToken(typed: string): string {
  return typed.replace(/[^\w-]/g, "");
}
