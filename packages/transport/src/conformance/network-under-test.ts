import { assert } from "@convoy/foundation";
import type { Accept, Connection, ConnectionListener, Dial, DialListener } from "../connection.ts";

/** A transport, so that both kinds can be put to the same test. */
export interface NetworkUnderTest {
  readonly dial: Dial;
  /** Lets time pass, so that things arrive. */
  wait(): Promise<void>;
  /** Breaks every connection without a goodbye. */
  breakAll(): void;
  close(): Promise<void>;
}

export type CreateNetwork = (accept: Accept) => Promise<NetworkUnderTest>;

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

/** A network and everything that happens at its accepting end, one entry a connection. */
export class TestNetwork {
  readonly accepted: RecordedEnd[] = [];
  readonly #network: NetworkUnderTest;
  readonly #dialers: RecordedDialer[] = [];

  private constructor(network: NetworkUnderTest, accepted: RecordedEnd[]) {
    this.#network = network;
    this.accepted = accepted;
  }

  static async create(create: CreateNetwork): Promise<TestNetwork> {
    const accepted: RecordedEnd[] = [];
    const network = await create((connection) => {
      const end = new RecordedEnd();
      end.connection = connection;
      accepted.push(end);
      return end;
    });
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

  async until(condition: () => boolean): Promise<void> {
    for (let i = 0; !condition(); i++) {
      assert(i < WAITS_MAX, `this never came true: ${condition}`);
      await this.#network.wait();
    }
  }

  breakAll(): void {
    this.#network.breakAll();
  }

  async close(): Promise<void> {
    for (const dialer of this.#dialers) dialer.close();
    await this.#network.close();
  }
}
