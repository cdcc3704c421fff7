import { assert } from "@convoy/foundation";
import { limits } from "@convoy/protocol";
import { acceptWithinBounds, type ConnectionBounds } from "../bounds/accept-within-bounds.ts";
import type { Accept, Connection, ConnectionListener, Dial, DialListener } from "../connection.ts";
import type { PipeEnd } from "../pipe.ts";
import type { TransportBounds } from "../transport-bounds.ts";

/** Says packets as they are, whether they keep to the rules or not. */
export interface BarePipe {
  send(channel: string, packet: unknown): void;
  close(): void;
}

/** A transport, so that both kinds can be put to the same test. */
export interface NetworkUnderTest {
  readonly dial: Dial;
  /** Dials without the layer that carries long messages. Packets are lost until the connection is open. */
  dialBare(end: PipeEnd): BarePipe;
  /** Lets time pass, so that things arrive. */
  wait(): Promise<void>;
  /** Breaks every connection without a goodbye. */
  breakAll(): void;
  close(): Promise<void>;
}

export type CreateNetwork = (accept: Accept, bounds: TransportBounds) => Promise<NetworkUnderTest>;

export type TestBounds = TransportBounds & ConnectionBounds;

const WAITS_MAX = 600;

/** One end of a connection, and all that it was told. */
export class RecordedEnd implements ConnectionListener {
  readonly messages: unknown[] = [];
  readonly closeReasons: string[] = [];
  connection: Connection | null = null;
  onMessage = (data: unknown) => void this.messages.push(data);
  onClose = (reason: string) => void this.closeReasons.push(reason);

  send(message: object): void {
    assert(this.connection !== null, "the connection was dialed or accepted");
    this.connection.send(message);
  }

  close(): void {
    this.connection?.close();
  }
}

export class RecordedDialer extends RecordedEnd implements DialListener {
  openCount = 0;
  onOpen = () => void this.openCount++;
}

/** A dialing end that speaks in packets, and all packets that it was told. */
export class BarePeer implements PipeEnd {
  readonly packets: { channel: string; data: Record<string, unknown> }[] = [];
  readonly closeReasons: string[] = [];
  pipe: BarePipe | null = null;
  receive = (channel: string, data: unknown) =>
    void this.packets.push({ channel, data: data as Record<string, unknown> });
  ended = (reason: string) => void this.closeReasons.push(reason);

  transfer(packet: object): void {
    this.pipe?.send("transfer", packet);
  }

  /** Announces a message of one long field. */
  begin(transfer: number, length: number): void {
    this.transfer({ type: "begin", transfer, message: { type: "test" }, longFields: [{ name: "frame", length }] });
  }

  /** Packets of one kind that came through the channel of transfers. */
  heard(type: "begin" | "chunk" | "acknowledge"): Record<string, unknown>[] {
    return this.packets.filter(({ data }) => data.type === type).map(({ data }) => data);
  }

  get refusals(): { reason: string; sentence: string }[] {
    return this.packets.flatMap(({ data }) =>
      data.type === "refused" ? [data.refusal as { reason: string; sentence: string }] : [],
    );
  }
}

/** A network and everything that happens at its accepting end, one entry a connection. */
export class TestNetwork {
  readonly accepted: RecordedEnd[] = [];
  readonly #network: NetworkUnderTest;
  readonly #dialers: RecordedDialer[] = [];
  readonly #barePipes: BarePipe[] = [];

  private constructor(network: NetworkUnderTest, accepted: RecordedEnd[]) {
    this.#network = network;
    this.accepted = accepted;
  }

  static async create(create: CreateNetwork, bounds: Partial<TestBounds> = {}): Promise<TestNetwork> {
    const accepted: RecordedEnd[] = [];
    const accept: Accept = (connection) => {
      const end = new RecordedEnd();
      end.connection = connection;
      accepted.push(end);
      return end;
    };
    // A machine that is busy with other tests is slow, not silent.
    const allBounds = { ...limits, greetingMs: 600_000, ...bounds };
    const network = await create(acceptWithinBounds(accept, allBounds), allBounds);
    return new TestNetwork(network, accepted);
  }

  dial(): RecordedDialer {
    const dialer = new RecordedDialer();
    dialer.connection = this.#network.dial(dialer);
    this.#dialers.push(dialer);
    return dialer;
  }

  /** Dials and waits until both ends are open. */
  async connect(): Promise<{ dialer: RecordedDialer; acceptor: RecordedEnd }> {
    const before = this.accepted.length;
    const dialer = this.dial();
    await this.until(() => dialer.openCount === 1 && this.accepted.length > before);
    return { dialer, acceptor: this.accepted.at(-1) as RecordedEnd };
  }

  /** As `connect`, with a dialing end that speaks in packets. */
  async connectBare(): Promise<{ peer: BarePeer; acceptor: RecordedEnd }> {
    const before = this.accepted.length;
    const peer = new BarePeer();
    peer.pipe = this.#network.dialBare(peer);
    this.#barePipes.push(peer.pipe);
    await this.until(() => this.accepted.length > before);
    await this.settle();
    return { peer, acceptor: this.accepted.at(-1) as RecordedEnd };
  }

  /** Long enough for whatever is on its way. */
  async settle(): Promise<void> {
    for (let i = 0; i < 5; i++) await this.#network.wait();
  }

  async until(condition: () => boolean, waitsMax = WAITS_MAX): Promise<void> {
    for (let i = 0; !condition(); i++) {
      assert(i < waitsMax, `this never came true: ${condition}`);
      await this.#network.wait();
    }
  }

  breakAll(): void {
    this.#network.breakAll();
  }

  async close(): Promise<void> {
    for (const end of [...this.#dialers, ...this.#barePipes]) end.close();
    await this.#network.close();
  }
}
