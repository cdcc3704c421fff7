/** One connection that speaks socket.io by hand, and hears what it is answered. */
import type { RefusalReason } from "@convoy/protocol";
import { messagesToCoordinator } from "@convoy/protocol/hostile";
import { RawSocket } from "./raw-socket.ts";

export type Role = "stranger" | "registered" | "worker" | "viewer";

/** Longer than a busy coordinator ever needs. */
const PATIENCE_MS = 30_000;
const { join, ready, watch } = messagesToCoordinator;

/** What is of interest in a message of the coordinator. */
interface Heard {
  readonly type: string;
  readonly run?: string;
  readonly fingerprint?: string | null;
  readonly lease?: number;
  readonly version?: number;
  readonly refusal?: { readonly reason: RefusalReason };
}

export class HostilePeer {
  readonly role: Role;
  /** Why it was refused so far. */
  readonly refusals: RefusalReason[] = [];
  /** Of the run that it was let into. */
  run: string | null = null;
  /** The newest that it was given. */
  lease: { readonly lease: number; readonly version: number } | null = null;
  closed = false;
  #connected = false;
  #greeted = false;
  #fingerprint: string | null = null;
  #socket: RawSocket | null = null;
  #wake: () => void = () => {};

  private constructor(role: Role) {
    this.role = role;
  }

  /** Connects and takes up its role; `closed` when it was not let in. */
  static async arrive(port: number, role: Role): Promise<HostilePeer> {
    const peer = new HostilePeer(role);
    peer.#socket = await RawSocket.open(port, {
      onMessage: (text) => peer.#hear(text),
      onClose: () => {
        peer.closed = true;
        peer.#wake();
      },
    });
    peer.socket.sendText("40");
    await peer.#until(() => peer.#connected);
    if (role !== "stranger")
      await peer.#greet(role === "viewer" ? { ...watch, token: null } : { ...join, token: null });
    if (role === "worker") {
      const engine = { name: "hostile", device: "none", fingerprint: peer.#fingerprint ?? "hostile-1" };
      peer.say({ ...ready, engine });
    }
    return peer;
  }

  get socket(): RawSocket {
    if (this.#socket === null) throw new Error("The peer has not arrived.");
    return this.#socket;
  }

  say(message: unknown, event = "message"): void {
    for (const packet of packetsOf(message, event)) {
      if (typeof packet === "string") this.socket.sendText(packet);
      else this.socket.sendBinary(packet);
    }
  }

  /** Waits until it has been refused more than so many times, or was disconnected; false when neither happens. */
  isAnswered(before: number): Promise<boolean> {
    return this.#until(() => this.refusals.length > before);
  }

  leave(): void {
    this.socket.reset();
  }

  async #greet(greeting: object): Promise<void> {
    this.say(greeting);
    await this.#until(() => this.#greeted);
  }

  #hear(text: string): void {
    if (text === "2") this.socket.sendText("3");
    if (text.startsWith("40")) this.#connected = true;
    if (/^4(2|5\d+-)\["message",/.test(text)) this.#understand(JSON.parse(text.slice(text.indexOf("[")))[1]);
    this.#wake();
  }

  #understand({ type, run, fingerprint, lease, version, refusal }: Heard): void {
    if (refusal !== undefined) this.refusals.push(refusal.reason);
    if (type === "welcome" || type === "snapshot" || type === "refused") this.#greeted = true;
    if (type === "welcome") {
      this.run = run as string;
      this.#fingerprint = fingerprint ?? null;
    }
    if (type === "lease") this.lease = { lease: lease as number, version: version as number };
  }

  async #until(isSo: () => boolean): Promise<boolean> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isSo() && !this.closed) {
      if (performance.now() > deadline) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return true;
  }
}

/** As socket.io sends it: JSON with numbered holes, and the bytes for each after it. */
export function packetsOf(message: unknown, event = "message"): (string | Uint8Array)[] {
  const attachments: Uint8Array[] = [];
  const json = JSON.stringify([event, message], (_, value) => {
    if (!(value instanceof Uint8Array)) return value;
    attachments.push(value);
    return { _placeholder: true, num: attachments.length - 1 };
  });
  return attachments.length === 0 ? [`42${json}`] : [`45${attachments.length}-${json}`, ...attachments];
}
