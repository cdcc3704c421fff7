"use client";
import { type EntryView, entryLink, type LinkTokens } from "@convoy/protocol";
import { useCallback, useEffect, useState } from "react";
import { askEntry, isTrusted } from "./ask-coordinator.ts";
import { findEntry, plainToken } from "./find-entry.ts";
import { keepAdminKey, keepInvitation, takeTokens } from "./kept-tokens.ts";

export type EntryState =
  | { readonly stage: "asking" }
  /** `view` is null when the coordinator could not be asked. */
  | { readonly stage: "open"; readonly token: string | null; readonly view: EntryView | null }
  /** `objection` says what is wrong with what was shown; null when nothing was. */
  | { readonly stage: "closed"; readonly objection: string | null };

export interface Entry {
  readonly state: EntryState;
  /** Tries what a person has typed: an invitation or the admin key. */
  readonly show: (typed: string) => Promise<void>;
  /** Tries what should be the admin key. Returns why it is not; null when the page goes on with it. */
  readonly showAdminKey: (typed: string) => Promise<string | null>;
  /** Asks again, after the coordinator has refused what it had taken before. */
  readonly askAgain: () => void;
}

/** The way into the run, before anything else of a page begins. */
export function useEntry(): Entry {
  const [state, setState] = useState<EntryState>({ stage: "asking" });

  const ask = useCallback(async () => {
    const tokens = takeTokens();
    const { view, token } = await findEntry(askEntry, tokens);
    if (view !== null && (await isSentOn(view, tokens))) return;
    if (view !== null && view.access !== "admin") keepAdminKey(null);
    const shown = tokens.adminKey ?? tokens.invitation;
    setState(view?.access === "none" ? closed(view, shown) : { stage: "open", token, view });
  }, []);
  useEffect(() => void ask(), [ask]);

  const show = useCallback(async (typed: string) => {
    const token = plainToken(typed);
    const view = await askEntry(token);
    if (view !== null && view.access !== "none") keep(view, token);
    setState(view?.access === "none" ? closed(view, token) : { stage: "open", token, view });
  }, []);

  const showAdminKey = useCallback(async (typed: string) => {
    const token = plainToken(typed);
    const view = await askEntry(token);
    if (view === null) return "The coordinator does not answer: try again in a moment.";
    if (view.access === "guest") return "This is the invitation, which everybody has. The admin key is longer.";
    if (view.access === "none")
      return "This is not the admin key. After many attempts it takes a minute until one counts.";
    keep(view, token);
    setState({ stage: "open", token, view });
    return null;
  }, []);

  return { state, show, showAdminKey, askAgain: ask };
}

function closed({ sentence }: EntryView, shown: string | null): EntryState {
  return { stage: "closed", objection: shown === null ? null : sentence };
}

function keep({ access }: EntryView, token: string): void {
  if (access === "admin") keepAdminKey(token);
  else keepInvitation(token);
}

/** Leaves for the same page over https, where that needs no explanation. Returns whether it does. */
async function isSentOn({ secure }: EntryView, { invitation, adminKey }: LinkTokens): Promise<boolean> {
  if (secure === null || window.isSecureContext || !(await isTrusted(secure.origin))) return false;
  window.location.replace(secureAddress(secure.origin, { invitation, adminKey }));
  return true;
}

/** This page over https, with what lets one in: that other address knows nothing of what this one keeps. */
export function secureAddress(origin: string, { invitation, adminKey }: LinkTokens): string {
  const address = `${origin}${window.location.pathname}${window.location.search}`;
  if (adminKey !== null) return entryLink(address, "adminKey", adminKey);
  return invitation === null ? address : entryLink(address, "invitation", invitation);
}
