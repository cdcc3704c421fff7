import { type EntryView, entryViewSchema } from "@convoy/protocol";
import { coordinatorUrl } from "../connection/coordinator-url.ts";

/** Longer than a coordinator in the same building takes, shorter than a person waits. */
const ANSWER_MS = 4000;

export async function askEntry(token: string | null): Promise<EntryView | null> {
  try {
    const answer = await fetch(`${coordinatorUrl()}/api/entry`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return entryViewSchema.parse(await answer.json());
  } catch {
    return null;
  }
}

/** Whether this browser takes the certificate of an https page without a question: it does not show one here, but fails. */
export async function isTrusted(origin: string): Promise<boolean> {
  try {
    await fetch(`${origin}/api/health`, { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    return true;
  } catch {
    return false;
  }
}
