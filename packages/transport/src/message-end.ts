import { type limits, parseTransfer, type Refusal, type TransferPacket } from "@convoy/protocol";
import { withBytes } from "./binary-fields.ts";
import type { Connection, ConnectionListener } from "./connection.ts";
import type { AssemblyBudget } from "./long-messages/assembly-budget.ts";
import { IncomingMessages } from "./long-messages/incoming-messages.ts";
import { OutgoingMessages } from "./long-messages/outgoing-messages.ts";
import { Pace, type PaceBounds } from "./long-messages/pace.ts";
import type { Pipe, PipeEnd } from "./pipe.ts";

export type PeerBounds = PaceBounds & Pick<Record<keyof typeof limits, number>, "unreadBytes" | "waitingBytes">;

/** What the accepting end watches over. The dialing end trusts the one that it has dialed. */
export interface Supervision {
  readonly bounds: PeerBounds;
  /** One for all connections. */
  readonly budget: AssemblyBudget;
}

/** One end of a connection: whole messages of any permitted length, over a pipe that carries short packets. */
export class MessageEnd implements Connection, PipeEnd {
  readonly #pipe: Pipe;
  readonly #supervision: Supervision | null;
  readonly #outgoing: OutgoingMessages;
  readonly #incoming: IncomingMessages;
  #listener: ConnectionListener | null = null;
  /** Nothing is sent or heard any more. */
  #closed = false;
  /** Why this end ended the connection, when there is more to say than that it did. */
  #reason: string | null = null;
  #endedWith: string | null = null;

  constructor(pipe: Pipe, supervision: Supervision | null = null) {
    this.#pipe = pipe;
    this.#supervision = supervision;
    const newPace = () => supervision && new Pace(supervision.bounds, () => this.#refuse(tooSlow));
    this.#outgoing = new OutgoingMessages(pipe, newPace());
    this.#incoming = new IncomingMessages({
      budget: supervision?.budget ?? null,
      pace: newPace(),
      acknowledge: (packet) => pipe.send("transfer", packet),
      deliver: (message) => this.#deliver(message),
    });
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    if (this.#endedWith !== null) listener.onClose(this.#endedWith);
  }

  send(message: object): void {
    if (this.#closed) return;
    this.#outgoing.send(message);
    const bounds = this.#supervision?.bounds;
    if (bounds === undefined) return;
    if (this.#pipe.unreadBytes() <= bounds.unreadBytes && this.#outgoing.waitingBytes <= bounds.waitingBytes) return;
    // Without a goodbye, which would wait behind all the rest.
    this.#break("it did not read what it was sent");
  }

  close(): void {
    if (this.#closed) return;
    this.#outgoing.dropLongMessages();
    this.#clear();
    this.#pipe.close();
  }

  receive(channel: string, data: unknown): void {
    if (this.#closed) return;
    if (channel === "transfer") {
      this.#receiveTransfer(withBytes(data));
      return;
    }
    // In the middle of a long message it means that its sender gave that one up.
    this.#incoming.drop();
    // Under another name it is nothing that any message looks like, so the protocol refuses it.
    this.#deliver(channel === "message" ? data : undefined);
  }

  ended(reason: string): void {
    if (this.#endedWith !== null) return;
    this.#clear();
    this.#endedWith = this.#reason ?? reason;
    this.#listener?.onClose(this.#endedWith);
  }

  #receiveTransfer(data: unknown): void {
    const parsed = parseTransfer(data);
    if (!parsed.ok) {
      this.#refuse(parsed.refusal);
      return;
    }
    const fault = this.#faultOf(parsed.message);
    if (fault !== null) this.#refuse({ reason: "malformed", sentence: `A long message went wrong: ${fault}.` });
  }

  #faultOf(packet: TransferPacket): string | null {
    switch (packet.type) {
      case "begin":
        return this.#incoming.begin(packet);
      case "chunk":
        return this.#incoming.chunk(packet);
      case "acknowledge":
        return this.#outgoing.acknowledge(packet);
    }
  }

  #deliver(message: unknown): void {
    this.#listener?.onMessage(withBytes(message));
  }

  /** At the accepting end it is said why; the dialing end tries again with a new connection. */
  #refuse(refusal: Refusal): void {
    if (this.#supervision === null) {
      this.#break(refusal.sentence);
      return;
    }
    this.#reason = refusal.sentence;
    this.#outgoing.dropLongMessages();
    this.#pipe.send("message", { type: "refused", refusal });
    this.close();
  }

  #break(reason: string): void {
    this.#reason = reason;
    this.#clear();
    this.#pipe.break();
  }

  #clear(): void {
    this.#closed = true;
    this.#outgoing.clear();
    this.#incoming.drop();
  }
}

const tooSlow: Refusal = {
  reason: "too-slow",
  sentence: "A long message came or went too slowly; a quicker network is needed for a model of this size.",
};
