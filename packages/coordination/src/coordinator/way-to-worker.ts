/** What is known of how a worker and the coordinator reach each other. */

/** How a worker fares that fetches versions over HTTP. */
export interface Download {
  /** The version that it was told to fetch last; null before. */
  readonly version: number | null;
  /** Downloads in a row that were done when there was a newer version already. */
  readonly overtaken: number;
  /** It cannot have any over HTTP. */
  readonly failed: boolean;
}

/** A worker's way to the coordinator and back. */
export interface Link {
  readonly roundTripMs: number;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
}

export interface Probing {
  readonly probe: number;
  readonly sentAt: number;
  /** Milliseconds, there and back. */
  readonly tookMs: readonly number[];
}
