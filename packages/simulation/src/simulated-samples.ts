/** Which samples a simulated worker has, and which its newest lease lacks; pixels do not travel here. */
import type { WorkerEvent } from "@convoy/coordination";
import { type LeaseMessage, limits, type NextStretchMessage } from "@convoy/protocol";
import type { DeviceComputation } from "./device-computation.ts";
import type { SentToWorker } from "./messages.ts";

/** Samples of one request for later. */
const AHEAD_SIZE = 16;

export class SimulatedSamples {
  readonly #computation: DeviceComputation;
  readonly #known: Record<LeaseMessage["split"], Uint8Array>;
  #lease: LeaseMessage | null = null;

  constructor(computation: DeviceComputation, { train, test }: { readonly train: number; readonly test: number }) {
    this.#computation = computation;
    this.#known = { train: new Uint8Array(train), test: new Uint8Array(test) };
  }

  prepare(message: LeaseMessage): WorkerEvent {
    this.#lease = message;
    return {
      type: "leased",
      message,
      missing: this.#missing(message),
      ahead: this.#unknown(message.split, message.ahead),
      requestSize: limits.leaseSamples,
      aheadSize: AHEAD_SIZE,
    };
  }

  /** Null where it is about another lease than the newest. */
  lookAhead(message: NextStretchMessage): WorkerEvent | null {
    if (this.#lease?.lease !== message.lease) return null;
    const ahead = this.#unknown("train", this.#computation.samplesOfNext(message));
    return { type: "announced", message, ahead, aheadSize: AHEAD_SIZE };
  }

  store({ lease, samples }: Extract<SentToWorker, { type: "samples" }>): WorkerEvent | null {
    const newest = this.#lease;
    if (newest?.lease !== lease) return null;
    for (const sample of samples) this.#known[newest.split][sample] = 1;
    return { type: "samples-stored", lease, missing: this.#missing(newest) };
  }

  #missing(lease: LeaseMessage): number[] {
    return this.#unknown(lease.split, this.#computation.samplesOf(lease));
  }

  #unknown(split: LeaseMessage["split"], samples: ArrayLike<number>): number[] {
    const known = this.#known[split];
    const unknown: number[] = [];
    for (let i = 0; i < samples.length; i++) {
      if (known[samples[i] as number] === 0) unknown.push(samples[i] as number);
    }
    return unknown;
  }
}
