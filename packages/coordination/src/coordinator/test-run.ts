/** A coordinator under test: tiny batches, a clock that the test moves, effects by peer. */
import { findRecipe } from "@convoy/models";
import {
  encodePredictions,
  type LeaseMessage,
  PROTOCOL_VERSION,
  type RefusalReason,
  type ToCoordinator,
} from "@convoy/protocol";
import type { CoordinatorEffect } from "./effect.ts";
import type { CoordinatorEvent } from "./event.ts";
import type { RunSettings } from "./settings.ts";
import type { CoordinatorState, PeerId } from "./state.ts";
import { startCoordinator, transition } from "./transition.ts";

export const RUN = "00112233445566ff";

/** Three batches an epoch, the last of 4 samples; 20 test samples; two epochs. */
export const tinySettings: RunSettings = {
  run: RUN,
  recipe: { ...findRecipe("lenet5-mnist"), batchSize: 32 },
  parameterCount: 44_426,
  seed: 5,
  epochs: 2,
  strategy: { type: "sync" },
  codec: "fp32",
  downCodec: "fp32",
  exact: false,
  checkpointMs: 60_000,
  trainCount: 68,
  testCount: 20,
  dataset: { name: "mnist", title: "MNIST", warning: null },
};

type Message = Exclude<ToCoordinator, { type: "contribution" | "watch" }>;

export class TestRun {
  state: CoordinatorState;
  now = 1_000_000;
  readonly effects: CoordinatorEffect[] = [];

  constructor(settings: RunSettings = tinySettings) {
    this.state = startCoordinator(settings, labelsOf(settings), this.now);
  }

  /** Handles an event and returns its effects. */
  handle(event: DistributiveOmit<CoordinatorEvent, "now">): CoordinatorEffect[] {
    const { state, effects } = transition(this.state, { ...event, now: this.now } as CoordinatorEvent);
    this.state = state;
    this.effects.push(...effects);
    return [...effects];
  }

  say(peer: PeerId, message: Message): CoordinatorEffect[] {
    return this.handle({ type: "message", peer, message });
  }

  join(peer: PeerId, name = `worker ${peer}`): CoordinatorEffect[] {
    return this.say(peer, { type: "join", protocol: PROTOCOL_VERSION, name, device: "test", token: null });
  }

  ready(peer: PeerId, fingerprint = "f"): CoordinatorEffect[] {
    const engine = { name: "reference", device: "CPU", fingerprint };
    return this.say(peer, { type: "ready", engine, proof: { largestError: 0, durationMs: 1 } });
  }

  enter(peer: PeerId): CoordinatorEffect[] {
    return [...this.join(peer), ...this.ready(peer)];
  }

  /** The lease that the peer was given last. */
  leaseOf(peer: PeerId): LeaseMessage {
    const lease = leasesIn(this.effects, peer).at(-1);
    if (lease === undefined) throw new Error(`peer ${peer} was given no lease`);
    return lease;
  }

  contribute(peer: PeerId, change: ContributionChange = {}): CoordinatorEffect[] {
    const lease = change.lease ?? this.leaseOf(peer).lease;
    const version = change.version ?? this.state.version;
    return this.handle({
      type: "contribution",
      peer,
      frame: { run: change.run ?? RUN, version, lease, vector: new Float32Array(1) },
      finite: change.finite ?? true,
      norm: change.norm ?? 1,
      lossSum: change.lossSum ?? 1,
      correctCount: change.correctCount ?? 1,
      stepLosses: change.stepLosses ?? [],
      computeMs: change.computeMs ?? 1,
      headStartMs: change.headStartMs ?? 0,
      heldMs: change.heldMs ?? 0,
    });
  }

  /** Every sample right, with a loss of 1, unless told. */
  evaluate(
    peer: PeerId,
    answer?: Answer,
    lease: Pick<LeaseMessage, "lease" | "version" | "samples"> = this.leaseOf(peer),
  ): CoordinatorEffect[] {
    const predictions = this.predictions(lease.samples, answer);
    return this.say(peer, {
      type: "evaluation",
      lease: lease.lease,
      version: lease.version,
      computeMs: 1,
      predictions,
    });
  }

  predictions(samples: readonly number[], answer: Answer = (_, label) => ({ named: label, loss: 1 })): Uint8Array {
    const answers = samples.map((sample) => answer(sample, this.state.testLabels[sample] as number));
    return encodePredictions({
      classes: Uint16Array.from(answers, ({ named }) => named),
      confidences: Float32Array.from(answers, ({ confidence, loss }) => confidence ?? Math.exp(-loss)),
      losses: Float32Array.from(answers, ({ loss }) => loss),
    });
  }

  tick(afterMs: number): CoordinatorEffect[] {
    this.now += afterMs;
    return this.handle({ type: "tick" });
  }

  /** Lets one worker do whatever it is given, `ms` each, until `done` or nothing is given any more. */
  work(peer: PeerId, done: (state: CoordinatorState) => boolean, ms = 10): void {
    for (let i = 0; i < 10_000 && !done(this.state); i++) {
      const worker = this.state.workers.get(peer);
      if (worker?.state !== "working") return;
      this.now += ms;
      if (this.state.round?.kind === "evaluate") this.evaluate(peer);
      else this.contribute(peer);
    }
  }
}

/** What a worker makes of a sample of the test set; it is as sure of that as of the label, unless told. */
export type Answer = (sample: number, label: number) => { named: number; loss: number; confidence?: number };

/** The classes in turn. */
function labelsOf({ recipe, testCount }: RunSettings): Uint8Array {
  return Uint8Array.from({ length: testCount }, (_, sample) => sample % recipe.model.classCount);
}

interface ContributionChange {
  lease?: number;
  version?: number;
  run?: string;
  finite?: boolean;
  norm?: number;
  lossSum?: number;
  correctCount?: number;
  stepLosses?: readonly number[];
  computeMs?: number;
  headStartMs?: number;
  heldMs?: number;
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

export function leasesIn(effects: readonly CoordinatorEffect[], peer?: PeerId): LeaseMessage[] {
  return effects.flatMap((effect) =>
    effect.type === "send" && effect.message.type === "lease" && (peer === undefined || effect.peer === peer)
      ? [effect.message]
      : [],
  );
}

export function refusalsIn(effects: readonly CoordinatorEffect[]): RefusalReason[] {
  return effects.flatMap((effect) => (effect.type === "refuse" ? [effect.refusal.reason] : []));
}

export function typesIn(effects: readonly CoordinatorEffect[]): string[] {
  return effects.map((effect) => (effect.type === "send" ? `send ${effect.message.type}` : effect.type));
}
