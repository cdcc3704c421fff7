/** A worker's state machine under test: what has happened so far, and what it wanted done. */
import type { LeaseMessage, NextStretchMessage, ToCoordinator, ToWorker } from "@convoy/protocol";
import type { WorkerEffect } from "./effect.ts";
import type { WorkerEvent } from "./event.ts";
import { type EngineWish, startWorker, type WorkerCoreState } from "./state.ts";
import { transition } from "./transition.ts";

export const identity = { name: "reference", device: "CPU", fingerprint: "f" };
export const proof = { largestError: 1e-7, durationMs: 5 };
export const outcome = { lossSum: 2, correctCount: 1, stepLosses: [], computeMs: 3, headStartMs: 0 };

/** Whatever they say: they are only handed on. */
export const somePredictions = Uint8Array.of(1, 2, 3);

export const tinyWish: EngineWish = { recipeText: '{"name":"tiny"}', exact: false, fingerprint: null };

export class TestWorker {
  state: WorkerCoreState = startWorker;

  /** Handles an event and returns its effects. */
  handle(event: WorkerEvent): readonly WorkerEffect[] {
    const { state, effects } = transition(this.state, event);
    this.state = state;
    return effects;
  }

  connect(): readonly WorkerEffect[] {
    return this.handle({ type: "connected", name: "Firefox", device: "Linux", token: "plum" });
  }

  welcome(change: Partial<Extract<ToWorker, { type: "welcome" }>> = {}): readonly WorkerEffect[] {
    const message = {
      type: "welcome",
      worker: "w1",
      name: "Firefox 2",
      run: "00112233445566ff",
      recipe: { name: "tiny" },
      datasetTitle: "MNIST",
      exact: false,
      fingerprint: null,
      trainCount: 60_000,
      downCodec: "fp32",
      ...change,
    } as const;
    return this.handle({ type: "welcomed", message, recipeTitle: "Tiny" });
  }

  prove(change: Partial<EngineWish> = {}): readonly WorkerEffect[] {
    return this.handle({ type: "engine-proven", wish: { ...tinyWish, ...change }, identity, proof });
  }

  hear(message: Extract<WorkerEvent, { type: "message" }>["message"]): readonly WorkerEffect[] {
    return this.handle({ type: "message", message });
  }

  lease(change: Partial<LeaseMessage> = {}, missing: number[] = [], ahead: number[] = []): readonly WorkerEffect[] {
    return this.handle({
      type: "leased",
      message: leaseMessage(change),
      missing,
      ahead,
      requestSize: 1024,
      aheadSize: 1024,
    });
  }

  computed(lease = 7, change: Partial<typeof outcome> = {}): readonly WorkerEffect[] {
    const predictions = this.state.lease?.message.kind === "evaluate" ? somePredictions : null;
    return this.handle({ type: "computed", lease, outcome: { ...outcome, ...change }, predictions });
  }
}

export function leaseMessage(change: Partial<LeaseMessage> = {}): LeaseMessage {
  return {
    type: "lease",
    lease: 7,
    kind: "train",
    version: 4,
    split: "train",
    samples: [5, 3, 9],
    stretch: null,
    draws: null,
    ahead: [],
    codec: "fp32",
    allowedMs: 20_000,
    ...change,
  };
}

export function nextStretch(lease: number, change: Partial<NextStretchMessage> = {}): NextStretchMessage {
  return { type: "next-stretch", lease, epoch: 2, position: 128, sampleCount: 64, step: 9, mayBegin: 64, ...change };
}

/** Connected, welcomed, with an engine that has proved itself and the parameters of version 4. */
export function readyWorker(): TestWorker {
  const worker = new TestWorker();
  worker.connect();
  worker.welcome();
  worker.prove();
  worker.handle({ type: "parameters-stored", version: 4 });
  return worker;
}

export function sentIn(effects: readonly WorkerEffect[]): ToCoordinator[] {
  return effects.flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
}
