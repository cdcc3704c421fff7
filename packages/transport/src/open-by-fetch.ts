import type { OpenBytes } from "./open-bytes.ts";

/** Over `fetch`, in a browser as in Node. `url` is the coordinator's origin, `token` what lets one in there. */
export function openByFetch(url: string, token: string | null): OpenBytes {
  const shown = token === null ? {} : { authorization: `Bearer ${token}` };
  return async (path, headers, signal) => {
    // What is kept of it would be in memory twice.
    const answer = await fetch(new URL(path, url), { headers: { ...headers, ...shown }, signal, cache: "no-store" });
    return { status: answer.status, header: (name) => answer.headers.get(name), bytes: bytesOf(answer) };
  };
}

/** Not every browser has streams that can be iterated. */
async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
