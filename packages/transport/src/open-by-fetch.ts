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

/** So much is read at a time at most. */
const PIECE_BYTES = 256 * 1024;

/** Each piece is there until the next is asked for: where the stream can be read into it, all lie in the same memory. */
async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const intoMemory = readerInto(body);
  const reader = intoMemory ?? body.getReader();
  try {
    if (intoMemory === null) yield* piecesOf(reader as ReadableStreamDefaultReader<Uint8Array>);
    else yield* piecesInto(intoMemory);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Null where the browser's answers cannot be read so. */
function readerInto(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/** Not every browser has streams that can be iterated. */
async function* piecesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

async function* piecesInto(reader: ReadableStreamBYOBReader): AsyncGenerator<Uint8Array> {
  let memory = new ArrayBuffer(PIECE_BYTES);
  while (true) {
    const { done, value } = await reader.read(new Uint8Array(memory));
    if (done) return;
    memory = value.buffer;
    yield value;
  }
}
