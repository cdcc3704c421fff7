import type { AcknowledgePacket, BeginPacket, ChunkPacket } from "@convoy/protocol";
import { limits } from "@convoy/protocol";
import type { AssemblyBudget, Reservation } from "./assembly-budget.ts";
import { ChunkLayout } from "./chunk-layout.ts";
import type { Pace } from "./pace.ts";

/** A long message that is being put together. */
interface Transfer {
  readonly begin: BeginPacket;
  readonly layout: ChunkLayout;
  /** Each is made when its first chunk is there: a mere announcement takes no memory. */
  readonly fields: (Uint8Array | null)[];
  admitted: boolean;
  received: number;
}

export interface IncomingOptions {
  /** Null lets every message in. */
  readonly budget: AssemblyBudget | null;
  /** Watches over how the other end sends. */
  readonly pace: Pace | null;
  acknowledge(packet: AcknowledgePacket): void;
  deliver(message: object): void;
}

/** Puts long messages together. Each packet that comes is checked before anything is done with it. */
export class IncomingMessages {
  readonly #options: IncomingOptions;
  #transfer: Transfer | null = null;
  #reservation: Reservation | null = null;
  #transferCount = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** Returns what is wrong with the announcement, or null. */
  begin(begin: BeginPacket): string | null {
    if (this.#transfer !== null) return `message ${begin.transfer} began within message ${this.#transferCount}`;
    if (begin.transfer !== this.#transferCount + 1)
      return `message ${begin.transfer} began after message ${this.#transferCount}`;
    this.#transferCount++;
    const lengths = begin.longFields.map(({ length }) => length);
    const transfer: Transfer = {
      begin,
      layout: new ChunkLayout(lengths),
      fields: lengths.map(() => null),
      admitted: false,
      received: 0,
    };
    this.#transfer = transfer;
    const admit = () => {
      transfer.admitted = true;
      this.#options.pace?.start();
      this.#acknowledge();
    };
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    if (this.#options.budget === null) admit();
    else this.#reservation = this.#options.budget.reserve(bytes, admit);
    return null;
  }

  /** Returns what is wrong with the chunk, or null. */
  chunk({ transfer: number, index, bytes }: ChunkPacket): string | null {
    const transfer = this.#transfer;
    if (transfer === null || transfer.begin.transfer !== number) return `there is no message ${number} to put it into`;
    const { layout, fields, received } = transfer;
    if (index !== received) return `chunk ${index} came where chunk ${received} belongs`;
    if (!transfer.admitted) return `chunk ${index} came before the message was let in`;
    const { field, start, end } = layout.place(index);
    if (bytes.byteLength !== end - start) return `chunk ${index} has ${bytes.byteLength} bytes and not ${end - start}`;
    fields[field] ??= new Uint8Array(transfer.begin.longFields[field]?.length ?? 0);
    fields[field]?.set(bytes, start);
    transfer.received++;
    if (transfer.received === layout.count) this.#deliver(transfer);
    else {
      this.#options.pace?.moved(bytes.byteLength);
      // What the other end may send already needs no word.
      if (transfer.received <= layout.count - limits.chunkWindow) this.#acknowledge();
    }
    return null;
  }

  /** The other end gave up what was on its way, or is gone. */
  drop(): void {
    this.#transfer = null;
    this.#options.pace?.stop();
    this.#reservation?.release();
    this.#reservation = null;
  }

  #acknowledge(): void {
    if (this.#transfer === null) return;
    const { begin, received } = this.#transfer;
    this.#options.acknowledge({ type: "acknowledge", transfer: begin.transfer, chunks: received });
  }

  #deliver({ begin, fields }: Transfer): void {
    this.drop();
    const message: Record<string, unknown> = begin.message;
    for (const [position, { name }] of begin.longFields.entries()) message[name] = fields[position];
    this.#options.deliver(message);
  }
}
