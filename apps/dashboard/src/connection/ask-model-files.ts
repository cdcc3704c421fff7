import { type ModelFilesView, modelFilesViewSchema } from "@convoy/protocol";
import { coordinatorUrl } from "./coordinator-url.ts";

const ANSWER_MS = 8000;

/** In which forms the network can be downloaded; null where the coordinator does not say. */
export async function askModelFiles(token: string | null): Promise<ModelFilesView | null> {
  try {
    const answer = await fetch(`${coordinatorUrl()}/api/run/model-files`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return modelFilesViewSchema.parse(await answer.json());
  } catch {
    return null;
  }
}

/** A link to a file can show a token in its address only: the invitation, never the key. */
export function modelFileAddress(path: string, invitation: string | null): string {
  const file = `${coordinatorUrl()}/api/run/${path}`;
  return invitation === null ? file : `${file}?invite=${encodeURIComponent(invitation)}`;
}
