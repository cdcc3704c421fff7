/**
 * The real state machine, floats and checkpoints of a coordinator, in a process that may end at any moment. It executes
 * effects as the coordinator's loop does, and decides nothing.
 */
import {
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  type CoordinatorTransition,
  contradictionIn,
  coordinatorTransition,
  DataPlane,
  fetchedVersions,
  measureGradient,
  type PeerId,
  PublishedVersions,
  type RunSettings,
  restoreCoordinator,
  startCoordinator,
} from "@convoy/coordination";
import { assert, type VirtualClock } from "@convoy/foundation";
import { type ControlAction, checksumIn, parseToCoordinator, readFrame, type VectorFrame } from "@convoy/protocol";
import { normOf } from "@convoy/vectors";
import { Alarm } from "./alarm.ts";
import type { Update } from "./books.ts";
import type { Disk } from "./disk.ts";
import type { Link, LinkEnd } from "./faulty-network.ts";
import { floatsIn } from "./floats-in.ts";
import { readChange } from "./follow-change.ts";
import type { Contribution, SentToCoordinator, SentToWorker } from "./messages.ts";

/** The state machine under simulation; a test puts a broken one in its place. */
export type Transition = (state: CoordinatorState, event: CoordinatorEvent) => CoordinatorTransition;

/** Sees all that a coordinator does, and judges it. */
export interface CoordinatorWitness {
  started(state: CoordinatorState): void;
  /** `link`: of the peer that the event came from, if it is there. */
  decided(before: CoordinatorState, event: CoordinatorEvent, after: CoordinatorTransition, link: Link | null): void;
  said(message: SentToWorker): void;
  published(version: number, parameters: Float32Array): void;
  saved(effect: Extract<CoordinatorEffect, { type: "checkpoint" }>, plane: DataPlane): void;
}

export interface SimulatedCoordinatorOptions {
  readonly clock: VirtualClock;
  readonly settings: RunSettings;
  readonly testLabels: Uint8Array;
  readonly initial: Float32Array;
  readonly disk: Disk;
  readonly witness: CoordinatorWitness;
  readonly transition?: Transition;
  /** Newcomers fetch the parameters. */
  readonly snapshots: boolean;
}

export class SimulatedCoordinator {
  /** Null while it is down. */
  state: CoordinatorState | null = null;
  readonly #options: SimulatedCoordinatorOptions;
  readonly #transition: Transition;
  #process: Process | null = null;
  #eventCount = 0;

  constructor(options: SimulatedCoordinatorOptions) {
    this.#options = options;
    this.#transition = options.transition ?? coordinatorTransition;
  }

  /** Events that its state machine has handled. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** The newest parameters of the process that runs. */
  get parameters(): Float32Array {
    assert(this.#process !== null, "the coordinator is up");
    return this.#process.plane.parameters;
  }

  /** From the newest checkpoint, or from the beginning. */
  start(): void {
    const { clock, settings, testLabels, initial, disk, witness, snapshots } = this.#options;
    const checkpoint = disk.newest;
    const contradiction = checkpoint === null ? null : contradictionIn(settings, checkpoint.position);
    assert(contradiction === null, `a position can be gone on from: ${contradiction}`);
    const plane = new DataPlane(settings, checkpoint?.plane ?? { version: 0, parameters: initial });
    const norm = normOf(plane.parameters);
    const state =
      checkpoint === null
        ? startCoordinator(settings, testLabels, clock.now, norm)
        : restoreCoordinator(settings, testLabels, checkpoint.position, clock.now, { losses: [], epochs: [] }, norm);
    this.state = snapshots ? { ...state, snapshotBytes: 0 } : state;
    this.#process = new Process(plane, this.#options);
    witness.started(this.state);
    witness.published(this.#process.plane.version, this.#process.plane.parameters);
  }

  /** What is answered over HTTP: a version, or null where it is not to be had. */
  fetch(run: string, version: number): VectorFrame | null {
    const { settings } = this.#options;
    const bytes = run === settings.run ? this.#process?.versions.find(version) : null;
    return bytes ? readPublished(bytes, settings) : null;
  }

  /** What was on its way from or to it is lost, and so is what was still being written. */
  crash(): void {
    this.#options.disk.crash();
    this.#process = null;
    this.state = null;
  }

  /** A viewer's wish. */
  control(action: ControlAction): void {
    const process = this.#process;
    if (process === null) return;
    process.lastPeer++;
    this.#dispatch(process, {
      type: "message",
      now: this.#options.clock.now,
      peer: process.lastPeer,
      message: { type: "control", action },
    });
  }

  accept(link: Link): LinkEnd | null {
    const process = this.#process;
    if (process === null) return null;
    process.lastPeer++;
    const peer = process.lastPeer;
    process.links.set(peer, link);
    return {
      onMessage: (message) => {
        if (this.#process === process) this.#receive(process, peer, message as SentToCoordinator);
      },
      onClose: (reason) => {
        process.links.delete(peer);
        if (this.#process === process)
          this.#dispatch(process, { type: "disconnected", now: this.#options.clock.now, peer, reason });
      },
    };
  }

  #receive(process: Process, peer: PeerId, message: SentToCoordinator): void {
    const { now } = this.#options.clock;
    if (message.type === "contribution") this.#receiveContribution(process, peer, message);
    else if (message.type === "raw") this.#receiveRaw(process, peer, message.data);
    else this.#dispatch(process, { type: "message", now, peer, message });
  }

  #receiveRaw(process: Process, peer: PeerId, data: unknown): void {
    const { now } = this.#options.clock;
    const parsed = parseToCoordinator(data);
    if (!parsed.ok) {
      this.#dispatch(process, { type: "not-understood", now, peer, refusal: parsed.refusal });
      return;
    }
    const { message } = parsed;
    // Viewers are the business of the coordinator's process: the core hears nothing of them.
    if (message.type === "watch") return;
    if (message.type !== "contribution") {
      this.#dispatch(process, { type: "message", now, peer, message });
      return;
    }
    const frame = readFrame(message.frame, this.#options.settings.parameterCount);
    if (frame.ok) this.#receiveContribution(process, peer, { ...message, frame: frame.frame });
    else this.#dispatch(process, { type: "not-understood", now, peer, refusal: frame.refusal });
  }

  #receiveContribution(process: Process, peer: PeerId, contribution: Contribution): void {
    const { frame, lossSum } = contribution;
    this.#dispatch(process, {
      ...contribution,
      now: this.#options.clock.now,
      peer,
      ...measureGradient(frame.vector),
      lossSum: lossSum ?? Number.NaN,
      heldMs: 0,
    });
  }

  #dispatch(process: Process, event: CoordinatorEvent): void {
    const before = this.state;
    assert(before !== null, "a coordinator that is up has a state");
    const after = this.#transition(before, event);
    this.#eventCount++;
    this.state = after.state;
    const link = "peer" in event ? (process.links.get(event.peer) ?? null) : null;
    this.#options.witness.decided(before, event, after, link);
    for (const effect of after.effects) {
      if (this.#execute(process, effect, after.state)) continue;
      this.#dispatch(process, { type: "diverged", now: event.now });
      return;
    }
  }

  /** False when a step led nowhere: then the effects behind it are void. */
  #execute(process: Process, effect: CoordinatorEffect, state: CoordinatorState): boolean {
    const { plane } = process;
    switch (effect.type) {
      case "send":
        process.send(effect.peer, effect.message);
        return true;
      case "refuse":
        process.send(effect.peer, { type: "refused", refusal: effect.refusal });
        return true;
      case "send-parameters":
        process.send(
          effect.peer,
          effect.form === "whole"
            ? { type: "parameters", frame: process.frame() }
            : readChange(plane.change, this.#options.settings),
        );
        return true;
      case "offer-parameters":
        process.offer(effect.peer);
        return true;
      case "send-samples":
        process.send(effect.peer, { type: "samples", lease: effect.lease, samples: effect.samples });
        return true;
      case "disconnect":
        process.links.get(effect.peer)?.close("coordinator", "closed by the coordinator");
        return true;
      case "accumulate":
        // A socket gives each message bytes of its own; here honest workers share what was computed once.
        plane.accumulate(effect.group, effect.shardCount, floatsIn(effect.vector).slice(), effect.weight);
        return true;
      case "update":
        if (!process.update(effect, state)) return false;
        this.#options.witness.published(plane.version, plane.parameters);
        return true;
      case "checkpoint":
        this.#options.witness.saved(effect, plane);
        this.#options.disk.write(effect.position, plane);
        return true;
      case "wake-at":
        process.alarm.set(this.#options.clock, effect.at, () => this.#wake(process));
        return true;
      case "report":
        return true;
    }
  }

  #wake(process: Process): void {
    if (this.#process === process) this.#dispatch(process, { type: "tick", now: this.#options.clock.now });
  }
}

/** What ends with the process. */
class Process {
  readonly plane: DataPlane;
  readonly versions: PublishedVersions;
  readonly links = new Map<PeerId, Link>();
  readonly alarm = new Alarm();
  lastPeer: PeerId = 0;
  readonly #options: SimulatedCoordinatorOptions;
  #frame: VectorFrame | null = null;

  constructor(plane: DataPlane, options: SimulatedCoordinatorOptions) {
    this.plane = plane;
    this.versions = new PublishedVersions(options.settings.run, plane);
    this.#options = options;
  }

  send(peer: PeerId, message: SentToWorker): void {
    this.#options.witness.said(message);
    this.links.get(peer)?.send("coordinator", message);
  }

  /** The newest parameters as every worker will read them: read once. */
  frame(): VectorFrame {
    if (this.#frame?.version === this.plane.version) return this.#frame;
    this.#frame = readPublished(this.plane.frame, this.#options.settings);
    return this.#frame;
  }

  offer(peer: PeerId): void {
    const { version, frame } = this.plane;
    const { byteLength } = frame;
    this.send(peer, { type: "fetch-parameters", version, byteLength, checksum: checksumIn(frame) });
  }

  /** False when the step led nowhere. */
  update({ version, sampleCount, codec }: Update, state: CoordinatorState): boolean {
    const replaced = { version: this.plane.version, frame: this.plane.frame };
    if (!this.plane.update(version, sampleCount, codec)) return false;
    this.versions.keep(replaced, fetchedVersions(state));
    return true;
  }
}

function readPublished(bytes: Uint8Array, { parameterCount }: RunSettings): VectorFrame {
  const parsed = readFrame(bytes, parameterCount);
  assert(parsed.ok, "what is published can be read");
  return parsed.frame;
}
