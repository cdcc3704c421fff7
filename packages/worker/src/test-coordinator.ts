/** The coordinator's end as a test speaks it: what the worker said, and messages to it, over a network in memory. */
import {
  checksumIn,
  type LeaseMessage,
  OutgoingEncodedFrame,
  OutgoingFrame,
  parseToCoordinator,
  readFrame,
  type ToCoordinator,
  type ToWorker,
} from "@convoy/protocol";
import { type Connection, MemoryNetwork, type OpenBytes } from "@convoy/transport";
import type { LossyCodec, Passage } from "@convoy/vectors";
import { type EngineCandidate, type EngineVerdict, runWorker, type WorkerStatus } from "./index.ts";
import { reference, tinyLayout, tinyParameters, tinyRecipe, tinySample } from "./test-engines.ts";

/** A test may have taken the timers in hand since. */
const setRealTimeout = setTimeout;

export const RUN = "00112233445566ff";

type Said<Type extends ToCoordinator["type"]> = Extract<ToCoordinator, { type: Type }>;

export class TestCoordinator {
  /** Everything that the worker said, on all its connections. */
  readonly heard: ToCoordinator[] = [];
  readonly statuses: WorkerStatus[] = [];
  connectionCount = 0;
  closed = false;
  readonly network: MemoryNetwork;
  readonly worker;
  #connection: Connection | null = null;

  constructor(
    engines: readonly EngineCandidate[] = [reference],
    verdicts: readonly EngineVerdict[] = [],
    openBytes?: OpenBytes,
  ) {
    this.network = new MemoryNetwork((connection) => {
      this.#connection = connection;
      this.connectionCount++;
      this.closed = false;
      return {
        onMessage: (data) => {
          const parsed = parseToCoordinator(data);
          if (!parsed.ok) throw new Error(parsed.refusal.sentence);
          this.heard.push(parsed.message);
        },
        onClose: () => {
          this.closed = true;
        },
      };
    });
    this.worker = runWorker({
      dial: this.network.dial,
      ...(openBytes && { openBytes }),
      name: "Test",
      device: "Node",
      engines,
      verdicts,
      onStatus: (status) => this.statuses.push(status),
    });
  }

  get status(): WorkerStatus {
    return this.statuses.at(-1) as WorkerStatus;
  }

  /** Whatever it is, also what no coordinator would say. */
  say(message: ToWorker | { type: string }): void {
    this.#connection?.send(message);
    this.network.flush();
  }

  welcome(change: Partial<Extract<ToWorker, { type: "welcome" }>> = {}): void {
    this.say({
      type: "welcome",
      worker: "w1",
      name: "Test 1",
      run: RUN,
      recipe: JSON.parse(JSON.stringify(tinyRecipe)),
      datasetTitle: "Drawn",
      exact: false,
      fingerprint: null,
      trainCount: 60_000,
      downCodec: "fp32",
      ...change,
    });
  }

  sendParameters(version: number, vector = tinyParameters(), run = RUN): void {
    const frame = new OutgoingFrame(vector.length);
    frame.vector.set(vector);
    this.say({ type: "parameters", frame: frame.seal({ run, version, lease: 0 }) });
  }

  /** The change to a version from the one before, and what whoever follows it gets to. */
  changeTo(version: number, passage: Omit<Passage, "reached">, codec: LossyCodec = "int8") {
    const { length } = passage.from;
    const whole = new OutgoingFrame(length);
    const encoded = new OutgoingEncodedFrame(codec === "top-k" ? { codec, share: 0.1 } : { codec }, length);
    const header = { run: RUN, version, lease: 0 };
    const rounding = { seed: 1, counter: version };
    const frame = encoded.sealChange(header, { ...passage, reached: whole.vector }, rounding);
    const checksum = checksumIn(whole.seal(header));
    const message = { type: "parameters-change", frame, checksum } as const;
    return { message, reached: whole.vector };
  }

  lease(lease: number, samples: number[], change: Partial<LeaseMessage> = {}): void {
    const message = {
      type: "lease",
      lease,
      kind: "train",
      version: 0,
      split: "train",
      samples,
      draws: null,
      stretch: null,
      ahead: [],
      codec: "fp32",
      allowedMs: 1000,
    } as const;
    this.say({ ...message, ...change });
  }

  /** Answers a request, the newest if none is named, in its order. */
  answerSamples({ lease, samples } = this.newest("request-samples")): void {
    const drawn = samples.map(tinySample);
    this.say({
      type: "samples",
      lease,
      samples,
      compression: "none",
      pixels: Uint8Array.from(drawn.flatMap(({ pixels }) => [...pixels])),
      labels: Uint8Array.from(drawn, ({ label }) => label),
    });
  }

  all<Type extends ToCoordinator["type"]>(type: Type): Said<Type>[] {
    return this.heard.filter((message): message is Said<Type> => message.type === type);
  }

  newest<Type extends ToCoordinator["type"]>(type: Type): Said<Type> {
    const message = this.all(type).at(-1);
    if (message === undefined) throw new Error(`the worker never said "${type}"`);
    return message;
  }

  /** The newest contribution and what its frame holds. */
  contribution() {
    const message = this.newest("contribution");
    const parsed = readFrame(message.frame, tinyLayout.length);
    if (!parsed.ok) throw new Error(parsed.refusal.sentence);
    return { ...message, frame: parsed.frame };
  }

  /** Lets the worker compute, and what it says arrive, until the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    for (let i = 0; !condition(); i++) {
      if (i === 2000) throw new Error(`this never came true: ${condition}`);
      this.network.flush();
      await new Promise((resolve) => setRealTimeout(resolve, 0));
    }
  }

  /** Long enough for anything that is going to happen. */
  async rest(): Promise<void> {
    let turns = 0;
    await this.until(() => ++turns > 50);
  }

  /** Connected and proved, with parameters of version 0. */
  async begin(): Promise<this> {
    this.network.flush();
    this.welcome();
    await this.until(() => this.all("ready").length === 1);
    this.sendParameters(0);
    return this;
  }

  /** Breaks the connection and takes up the next one. */
  reconnect(): void {
    this.network.breakAll();
    this.network.flush();
    this.network.flush();
  }
}

/** Something that waits until it is opened. */
export class Gate {
  open: () => void = () => {};
  waiting = 0;
  readonly #opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });

  pass(): Promise<void> {
    this.waiting++;
    return this.#opened;
  }
}
