import { assert } from "@convoy/foundation";
import { type AcknowledgePacket, type BeginPacket, limits } from "@convoy/protocol";
import { sizeOf } from "../packet-size.ts";
import type { Pipe } from "../pipe.ts";
import { ChunkLayout } from "./chunk-layout.ts";
import type { Pace } from "./pace.ts";

/** A long message on its way. */
interface Transfer {
  readonly number: number;
  readonly fields: readonly Uint8Array[];
  readonly layout: ChunkLayout;
  sent: number;
  /** Null until the other end has let the message in. */
  acknowledged: number | null;
}

/**
 * Sends messages in order. A short one is one packet. A long one is announced, then sent in chunks, a few ahead of what
 * was acknowledged; what comes after it waits until its last chunk is sent.
 */
export class OutgoingMessages {
  readonly #pipe: Pipe;
  readonly #pace: Pace | null;
  #waiting: object[] = [];
  #waitingBytes = 0;
  #transfer: Transfer | null = null;
  #transferCount = 0;

  /** `pace` watches over how the other end reads. */
  constructor(pipe: Pipe, pace: Pace | null) {
    this.#pipe = pipe;
    this.#pace = pace;
  }

  /** Bytes of the messages that wait behind a long one. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  send(message: object): void {
    if (this.#transfer === null) this.#begin(message);
    else {
      this.#waiting.push(message);
      this.#waitingBytes += sizeOf(message);
    }
  }

  /** Returns what is wrong with the acknowledgement, or null. */
  acknowledge({ transfer: number, chunks }: AcknowledgePacket): string | null {
    const transfer = this.#transfer;
    if (transfer?.number !== number) return `message ${number} is not on its way`;
    const { sent, acknowledged } = transfer;
    if (chunks > sent) return `chunk ${chunks} was acknowledged, and ${sent} were sent`;
    if (acknowledged === null ? chunks !== 0 : chunks <= acknowledged) return `chunk ${chunks} was acknowledged again`;
    this.#pace?.moved((chunks - (acknowledged ?? 0)) * limits.chunkBytes);
    transfer.acknowledged = chunks;
    this.#sendChunks(transfer, chunks + limits.chunkWindow);
    return null;
  }

  /** Gives up long messages that are not wholly sent, and sends what waits behind them. */
  dropLongMessages(): void {
    this.#endTransfer();
    const waiting = this.#waiting.splice(0);
    this.#waitingBytes = 0;
    for (const message of waiting) if (longFieldsOf(message).length === 0) this.#pipe.send("message", message);
  }

  /** Nothing can be sent any more. */
  clear(): void {
    this.#endTransfer();
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #begin(message: object): void {
    const long = longFieldsOf(message);
    if (long.length === 0) {
      this.#pipe.send("message", message);
      return;
    }
    assert(long.length <= limits.binaryFields, `a message has at most ${limits.binaryFields} binary fields`);
    const fields = long.map(([, bytes]) => bytes);
    this.#transferCount++;
    this.#transfer = {
      number: this.#transferCount,
      fields,
      layout: new ChunkLayout(fields.map(({ byteLength }) => byteLength)),
      sent: 0,
      acknowledged: null,
    };
    const rest: Record<string, unknown> = { ...message };
    for (const [name] of long) delete rest[name];
    const packet: BeginPacket = {
      type: "begin",
      transfer: this.#transferCount,
      message: rest,
      longFields: long.map(([name, { byteLength }]) => ({ name, length: byteLength })),
    };
    this.#pipe.send("transfer", packet);
    this.#pace?.start();
  }

  #sendChunks(transfer: Transfer, end: number): void {
    const { number, fields, layout } = transfer;
    while (transfer.sent < Math.min(end, layout.count)) {
      const { field, start, end } = layout.place(transfer.sent);
      const bytes = (fields[field] as Uint8Array).subarray(start, end);
      this.#pipe.send("transfer", { type: "chunk", transfer: number, index: transfer.sent, bytes });
      transfer.sent++;
    }
    if (transfer.sent < layout.count) return;
    this.#endTransfer();
    while (this.#transfer === null && this.#waiting.length > 0) {
      const next = this.#waiting.shift() as object;
      this.#waitingBytes -= sizeOf(next);
      this.#begin(next);
    }
  }

  #endTransfer(): void {
    this.#transfer = null;
    this.#pace?.stop();
  }
}

function longFieldsOf(message: object): [string, Uint8Array][] {
  return Object.entries(message).filter(
    (entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array && entry[1].byteLength > limits.chunkBytes,
  );
}
