/**
 * A connection carries whole messages in order, or closes. It knows nothing of what they say: what arrives is
 * `unknown` until the protocol has parsed it.
 */
export interface Connection {
  /** Queues a message: an object whose binary fields are Uint8Arrays, at most ten of them. Lost when the connection is closed. */
  send(message: object): void;
  /** Ends the connection for good. What was sent before still arrives. */
  close(): void;
}

/** What the owner of one end is told. */
export interface ConnectionListener {
  onMessage(data: unknown): void;
  /** `reason` is for logs. */
  onClose(reason: string): void;
}

/** What the dialing end is told. A connection that broke opens again by itself until it is closed for good. */
export interface DialListener extends ConnectionListener {
  onOpen(): void;
}

/** Dials the coordinator. */
export type Dial = (listener: DialListener) => Connection;

/** Who opened a connection, as far as its first request tells. What it does not tell counts as unknown, not as good. */
export interface Caller {
  /** Network address of the other end of the socket, "" when it is gone already: of a proxy, if there is one between. */
  readonly address: string;
  /** The host, with its port, that the other side believes to speak to; null when it does not say. */
  readonly host: string | null;
  /** Someone between says that they passed the request on for somebody else. */
  readonly forwarded: boolean;
}

/** Called for each new connection; the result hears what comes from it. */
export type Accept = (connection: Connection, caller: Caller) => ConnectionListener;
