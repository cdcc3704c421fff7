import { limits, type Refusal } from "@convoy/protocol";
import type { Accept, Caller, Connection, ConnectionListener } from "../connection.ts";
import { NetworkCounts } from "./network-counts.ts";
import { TokenBucket } from "./token-bucket.ts";

export type ConnectionBounds = Pick<
  Record<keyof typeof limits, number>,
  "connections" | "connectionsPerAddress" | "greetingMs" | "messagesPerSecond" | "messageBurst"
>;

/** Lets `accept` see no more connections and messages than there may be. Whoever is turned away is told why. */
export function acceptWithinBounds(accept: Accept, bounds: ConnectionBounds = limits): Accept {
  const counts = new ConnectionCounts(bounds);
  return (connection, caller) => {
    const refusal = counts.refuse(caller);
    if (refusal !== null) {
      turnAway(connection, refusal);
      return { onMessage: () => {}, onClose: () => {} };
    }
    counts.add(caller);
    return new BoundedListener(connection, accept(connection, caller), bounds, () => counts.remove(caller));
  };
}

/** Between one connection and who listens to it. */
class BoundedListener implements ConnectionListener {
  readonly #connection: Connection;
  readonly #listener: ConnectionListener;
  readonly #onClose: () => void;
  readonly #bucket: TokenBucket;
  #greeting: ReturnType<typeof setTimeout> | undefined;
  #refusal: Refusal | null = null;

  constructor(connection: Connection, listener: ConnectionListener, bounds: ConnectionBounds, onClose: () => void) {
    this.#connection = connection;
    this.#listener = listener;
    this.#onClose = onClose;
    this.#bucket = new TokenBucket(bounds.messagesPerSecond, bounds.messageBurst);
    this.#greeting = setTimeout(() => this.#end(silent), bounds.greetingMs);
  }

  onMessage(data: unknown): void {
    if (this.#refusal !== null) return;
    clearTimeout(this.#greeting);
    if (this.#bucket.take()) this.#listener.onMessage(data);
    else this.#end(tooFast);
  }

  onClose(reason: string): void {
    clearTimeout(this.#greeting);
    this.#onClose();
    this.#listener.onClose(this.#refusal?.sentence ?? reason);
  }

  #end(refusal: Refusal): void {
    this.#refusal = refusal;
    turnAway(this.#connection, refusal);
  }
}

/** Who has how many connections open. */
class ConnectionCounts {
  readonly #bounds: ConnectionBounds;
  readonly #ofNetworks: NetworkCounts;
  #total = 0;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
    this.#ofNetworks = new NetworkCounts(bounds.connectionsPerAddress);
  }

  /** Why there may not be another one; null when there may. */
  refuse({ address }: Caller): Refusal | null {
    const { connections, connectionsPerAddress } = this.#bounds;
    if (this.#total >= connections) return tooMany(`${connections} connections are open already`);
    if (this.#ofNetworks.hasRoom(address)) return null;
    return tooMany(`your network has ${connectionsPerAddress} connections open already`);
  }

  add({ address }: Caller): void {
    this.#total++;
    this.#ofNetworks.add(address);
  }

  remove({ address }: Caller): void {
    this.#total--;
    this.#ofNetworks.remove(address);
  }
}

function turnAway(connection: Connection, refusal: Refusal): void {
  connection.send({ type: "refused", refusal });
  connection.close();
}

function tooMany(why: string): Refusal {
  return {
    reason: "too-many-connections",
    sentence: `There is no room: ${why}; close another one, or try again later.`,
  };
}

const tooFast: Refusal = {
  reason: "too-fast",
  sentence: "More messages came than may come in a second; the connection was closed.",
};

const silent: Refusal = {
  reason: "silent",
  sentence: "Nothing was said after the connection was opened; it was closed.",
};
