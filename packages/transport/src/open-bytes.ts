/** What an HTTP server answers, with the bytes as they come. */
export interface BytesAnswer {
  readonly status: number;
  /** Null where there is no such header. */
  header(name: string): string | null;
  /** Throws where the connection breaks. A piece may lie where the one before it lay. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Asks the coordinator for a path over HTTP, as whoever the worker is there. Rejects where nobody answers. */
export type OpenBytes = (
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<BytesAnswer>;
