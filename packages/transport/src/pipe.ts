/** What a pipe carries: messages, and the packets by which long messages travel. */
export type Channel = "message" | "transfer";

/** What is told what comes out of a pipe. */
export interface PipeEnd {
  /** A peer may name any channel. */
  receive(channel: string, data: unknown): void;
  ended(reason: string): void;
}

/**
 * One end of what a transport provides: packets arrive whole, once and in order, or the pipe ends. None of their binary
 * fields is longer than a chunk.
 */
export interface Pipe {
  /** The bytes are read later: they must not be written to any more. */
  send(channel: Channel, packet: object): void;
  /** About how many bytes were sent and not read yet. */
  unreadBytes(): number;
  /** Ends it. What was sent before still arrives. */
  close(): void;
  /** Ends it at once, with all that is on its way. */
  break(): void;
}
