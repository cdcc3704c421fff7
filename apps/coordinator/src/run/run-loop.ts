/**
 * One loop: take an event, ask the core, execute the effects in order. There is no rule about training in here; it only
 * turns sockets, clock and disk into events, and effects back into them.
 */
import {
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  coordinatorTransition,
  type DataPlane,
  describeRun,
  type PeerId,
  type Report,
} from "@convoy/coordination";
import { type Dataset, gatherSamples } from "@convoy/datasets";
import { isFiniteVector } from "@convoy/gradients";
import {
  parseToCoordinator,
  type Refusal,
  type RunView,
  readFrame,
  type ToCoordinator,
  type ToWorker,
} from "@convoy/protocol";
import type { Connection, ConnectionListener } from "@convoy/transport";
import { Viewers } from "./viewers.ts";

export interface RunLoopOptions {
  readonly state: CoordinatorState;
  readonly plane: DataPlane;
  readonly dataset: Dataset;
  onReport(report: Report): void;
  onCheckpoint(checkpoint: Extract<CoordinatorEffect, { type: "checkpoint" }>, parameters: Float32Array): void;
}

export class RunLoop {
  readonly #options: RunLoopOptions;
  readonly #connections = new Map<PeerId, Connection>();
  readonly #viewers = new Viewers(() => this.describe());
  readonly #queue: CoordinatorEvent[] = [];
  #state: CoordinatorState;
  #lastPeer: PeerId = 0;
  #busy = false;
  #alarm: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: RunLoopOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  describe(): RunView {
    return describeRun(this.#state, now());
  }

  /** A connection was opened; what it says decides whether it is a worker or a viewer. */
  accept(connection: Connection): ConnectionListener {
    this.#lastPeer++;
    const peer = this.#lastPeer;
    this.#connections.set(peer, connection);
    return {
      onMessage: (data) => this.#receive(peer, connection, data),
      onClose: (reason) => {
        this.#connections.delete(peer);
        this.#viewers.remove(connection);
        this.#dispatch({ type: "disconnected", now: now(), peer, reason });
      },
    };
  }

  /** Connections may hang up later; nothing is timed any more. */
  close(): void {
    this.#closed = true;
    this.#viewers.close();
    if (this.#alarm !== null) clearTimeout(this.#alarm);
  }

  #receive(peer: PeerId, connection: Connection, data: unknown): void {
    const parsed = parseToCoordinator(data);
    if (!parsed.ok) this.#dispatch({ type: "not-understood", now: now(), peer, refusal: parsed.refusal });
    else if (parsed.message.type === "watch") this.#watch(peer, connection);
    else if (parsed.message.type === "control" && !this.#viewers.has(connection)) this.#refuse(peer, notAViewer);
    else if (parsed.message.type === "contribution") this.#receiveContribution(peer, parsed.message);
    else this.#dispatch({ type: "message", now: now(), peer, message: parsed.message });
  }

  #watch(peer: PeerId, connection: Connection): void {
    const refusal = this.#viewers.add(connection);
    if (refusal !== null) this.#refuse(peer, refusal);
  }

  #receiveContribution(peer: PeerId, message: Extract<ToCoordinator, { type: "contribution" }>): void {
    const parsed = readFrame(message.frame, this.#state.settings.parameterCount);
    if (!parsed.ok) {
      this.#dispatch({ type: "not-understood", now: now(), peer, refusal: parsed.refusal });
      return;
    }
    const { frame } = parsed;
    const lossSum = message.lossSum ?? Number.NaN;
    this.#dispatch({
      type: "contribution",
      now: now(),
      peer,
      frame,
      finite: isFiniteVector(frame.vector),
      lossSum,
      correctCount: message.correctCount,
    });
  }

  /** Events that effects cause wait until the effects before them are done. */
  #dispatch(event: CoordinatorEvent): void {
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const { state, effects } = coordinatorTransition(this.#state, next);
        this.#state = state;
        for (const effect of effects) if (!this.#execute(effect)) break;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Returns whether the effects behind this one are to be executed too. */
  #execute(effect: CoordinatorEffect): boolean {
    const { plane } = this.#options;
    switch (effect.type) {
      case "send":
        this.#send(effect.peer, effect.message);
        break;
      case "refuse":
        this.#refuse(effect.peer, effect.refusal);
        break;
      case "send-parameters":
        this.#send(effect.peer, { type: "parameters", frame: plane.frame });
        break;
      case "send-samples":
        this.#sendSamples(effect);
        break;
      case "disconnect":
        this.#connections.get(effect.peer)?.close();
        break;
      case "accumulate":
        plane.accumulate(effect.group, effect.shardCount, effect.vector);
        break;
      case "update":
        if (plane.update(effect.version, effect.sampleCount)) break;
        // What waits was decided without knowing it.
        this.#queue.unshift({ type: "diverged", now: now() });
        return false;
      case "checkpoint":
        this.#options.onCheckpoint(effect, plane.parameters);
        break;
      case "wake-at":
        this.#setAlarm(effect.at);
        break;
      case "report":
        this.#viewers.report(effect.report);
        this.#options.onReport(effect.report);
        break;
    }
    return true;
  }

  #send(peer: PeerId, message: ToWorker): void {
    this.#connections.get(peer)?.send(message);
  }

  #refuse(peer: PeerId, refusal: Refusal): void {
    this.#send(peer, { type: "refused", refusal });
  }

  #sendSamples({ peer, lease, split, samples }: Extract<CoordinatorEffect, { type: "send-samples" }>): void {
    const { pixels, labels } = gatherSamples(this.#options.dataset[split], samples);
    this.#send(peer, { type: "samples", lease, samples, pixels, labels });
  }

  #setAlarm(at: number | null): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    this.#alarm =
      at === null || this.#closed
        ? null
        : setTimeout(() => this.#dispatch({ type: "tick", now: now() }), Math.max(0, at - now()) + 1);
  }
}

const notAViewer: Refusal = {
  reason: "not-allowed",
  sentence: "Only a dashboard that watches the run can control it.",
};

/** Milliseconds since 1970 that never go back, whatever is done to the machine's clock. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
