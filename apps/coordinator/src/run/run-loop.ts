/**
 * One loop: take an event, ask the core, execute the effects in order. There is no rule about training in here; it only
 * turns sockets, clock and disk into events, and effects back into them.
 */
import {
  agreedCodecs,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  coordinatorTransition,
  type DataPlane,
  describeRun,
  fetchedVersions,
  isPresent,
  measureGradient,
  type PeerId,
  PublishedVersions,
  positionOf,
  type Report,
  type RunPosition,
} from "@convoy/coordination";
import type { Dataset } from "@convoy/datasets";
import {
  checksumIn,
  parseToCoordinator,
  type Refusal,
  type RunView,
  readFrame,
  type ToCoordinator,
  type ToWorker,
} from "@convoy/protocol";
import type { Caller, Connection, ConnectionListener } from "@convoy/transport";
import { decodeInto, type EncodedVector } from "@convoy/vectors";
import type { Admission } from "../access/access.ts";
import { isLoopbackAddress } from "../access/loopback.ts";
import type { SampleSource } from "../samples/served-samples.ts";
import { Alarm } from "./alarm.ts";
import { now } from "./now.ts";
import { alreadyWatches, alreadyWorks, notAnAdmin, notAViewer } from "./role-refusals.ts";
import type { RunHistory } from "./run-history.ts";
import { Viewers } from "./viewers.ts";

export interface RunLoopOptions {
  readonly state: CoordinatorState;
  readonly plane: DataPlane;
  readonly dataset: Dataset;
  /** Of the dataset, what workers ask for. */
  readonly samples: SampleSource;
  admit(caller: Caller, token: string | null): Admission;
  /** What is known of an earlier part of the run. */
  readonly history?: RunHistory;
  onReport(report: Report): void;
  /** The data plane stands where the position says. */
  onCheckpoint(checkpoint: Extract<CoordinatorEffect, { type: "checkpoint" }>): void;
}

/** One connection, and what is open to it since it greeted. */
interface Peer {
  readonly id: PeerId;
  readonly connection: Connection;
  readonly caller: Caller;
  access: Admission["access"];
}

export class RunLoop {
  readonly #options: RunLoopOptions;
  readonly #peers = new Map<PeerId, Peer>();
  readonly #viewers: Viewers;
  /** What can be had over HTTP of the parameters. */
  readonly versions: PublishedVersions;
  /** How long each worker's newest lease was held up by what came before it. */
  readonly #heldMs = new Map<PeerId, number>();
  readonly #queue: CoordinatorEvent[] = [];
  /** When what is being dealt with happened. */
  #eventAt = 0;
  #state: CoordinatorState;
  #lastPeer: PeerId = 0;
  #busy = false;
  readonly #alarm = new Alarm(() => this.#dispatch({ type: "tick", now: now() }));

  constructor(options: RunLoopOptions) {
    this.#options = options;
    this.#state = options.state;
    this.versions = new PublishedVersions(options.state.settings.run, options.plane);
    const { classNames, sampleShape } = options.dataset;
    this.#viewers = new Viewers({
      describe: () => this.describe(),
      evaluation: () => this.#state.evaluation,
      testSet: { classNames: [...classNames], sampleShape: [...sampleShape] },
      ...(options.history && { history: options.history }),
    });
  }

  describe(): RunView {
    return describeRun(this.#state, now());
  }

  /** Where the run stands: what the round under way has so far is not part of it. */
  position(): RunPosition {
    return positionOf(this.#state, now());
  }

  /** A connection was opened; what it says decides whether it is a worker or a viewer. */
  accept(connection: Connection, caller: Caller): ConnectionListener {
    this.#lastPeer++;
    const peer: Peer = { id: this.#lastPeer, connection, caller, access: "none" };
    this.#peers.set(peer.id, peer);
    if (!isNear(peer)) this.#options.samples.compressAlong(this.#state.order);
    return {
      onMessage: (data) => this.#receive(peer, data),
      onClose: (reason) => {
        this.#peers.delete(peer.id);
        this.#heldMs.delete(peer.id);
        this.#viewers.remove(connection);
        this.#dispatch({ type: "disconnected", now: now(), peer: peer.id, reason });
      },
    };
  }

  /** Connections may hang up later; nothing is timed any more. */
  close(): void {
    this.#viewers.close();
    this.#alarm.close();
    this.#options.samples.close();
  }

  #receive(peer: Peer, data: unknown): void {
    const parsed = parseToCoordinator(data);
    const refusal = parsed.ok ? this.#admit(peer, parsed.message) : parsed.refusal;
    if (refusal !== null) this.#dispatch({ type: "not-understood", now: now(), peer: peer.id, refusal });
    else if (parsed.ok) this.#handle(peer, parsed.message);
  }

  /** Opens to whoever greets what their token opens, once; null, or why that is nothing. */
  #admit(peer: Peer, message: ToCoordinator): Refusal | null {
    if ((message.type !== "join" && message.type !== "watch") || peer.access !== "none") return null;
    const admission = this.#options.admit(peer.caller, message.token);
    peer.access = admission.access;
    return admission.access === "none" ? { reason: "invitation-required", sentence: admission.sentence } : null;
  }

  #handle(peer: Peer, message: ToCoordinator): void {
    const refusal = message.type === "control" ? this.#objectionToControl(peer) : this.#objectionToRole(peer, message);
    if (refusal !== null) this.#refuse(peer.id, refusal);
    else if (message.type === "watch") this.#watch(peer);
    else if (message.type === "contribution") this.#receiveContribution(peer.id, message);
    else this.#dispatch({ type: "message", now: now(), peer: peer.id, message });
  }

  #watch({ id, connection, access }: Peer): void {
    const refusal = this.#viewers.add(connection, access === "admin");
    if (refusal !== null) this.#refuse(id, refusal);
  }

  #objectionToControl({ connection, access }: Peer): Refusal | null {
    if (!this.#viewers.has(connection)) return notAViewer;
    return access === "admin" ? null : notAnAdmin;
  }

  /** A connection is a worker's or a viewer's. */
  #objectionToRole({ id, connection }: Peer, { type }: ToCoordinator): Refusal | null {
    if (type === "join" && this.#viewers.has(connection)) return alreadyWatches;
    return type === "watch" && isPresent(this.#state, id) ? alreadyWorks : null;
  }

  #receiveContribution(peer: PeerId, message: Extract<ToCoordinator, { type: "contribution" }>): void {
    const { settings } = this.#state;
    const parsed = readFrame(message.frame, settings.parameterCount, agreedCodecs(settings));
    if (!parsed.ok) {
      this.#dispatch({ type: "not-understood", now: now(), peer, refusal: parsed.refusal });
      return;
    }
    const frame = { ...parsed.frame, vector: floatsOf(parsed.frame.vector) };
    const lossSum = message.lossSum ?? Number.NaN;
    this.#dispatch({
      type: "contribution",
      now: now(),
      peer,
      frame,
      ...measureGradient(frame.vector),
      lossSum,
      correctCount: message.correctCount,
      stepLosses: message.stepLosses,
      computeMs: message.computeMs,
      heldMs: this.#heldMs.get(peer) ?? 0,
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
        this.#eventAt = next.now;
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
        if (effect.message.type === "lease") this.#heldMs.set(effect.peer, now() - this.#eventAt);
        this.#send(effect.peer, effect.message);
        break;
      case "refuse":
        this.#refuse(effect.peer, effect.refusal);
        break;
      case "send-parameters":
        this.#send(
          effect.peer,
          effect.form === "whole"
            ? { type: "parameters", frame: plane.frame }
            : { type: "parameters-change", ...plane.change },
        );
        break;
      case "offer-parameters":
        this.#offerParameters(effect.peer);
        break;
      case "send-samples":
        this.#sendSamples(effect);
        break;
      case "disconnect":
        this.#peers.get(effect.peer)?.connection.close();
        break;
      case "accumulate":
        plane.accumulate(effect.group, effect.shardCount, effect.vector, effect.weight);
        break;
      case "update":
        return this.#update(effect);
      case "checkpoint":
        this.#options.onCheckpoint(effect);
        break;
      case "wake-at":
        this.#alarm.set(effect.at);
        break;
      case "report":
        this.#viewers.report(effect.report);
        this.#options.onReport(effect.report);
        break;
    }
    return true;
  }

  #update({ version, sampleCount, codec }: Extract<CoordinatorEffect, { type: "update" }>): boolean {
    const { plane } = this.#options;
    const replaced = { version: plane.version, frame: plane.frame };
    const isPublished = plane.update(version, sampleCount, codec);
    if (isPublished) this.versions.keep(replaced, fetchedVersions(this.#state));
    // What waits was decided without knowing it.
    else this.#queue.unshift({ type: "diverged", now: now() });
    return isPublished;
  }

  #offerParameters(peer: PeerId): void {
    const { version, frame } = this.#options.plane;
    const { byteLength } = frame;
    this.#send(peer, { type: "fetch-parameters", version, byteLength, checksum: checksumIn(frame) });
  }

  #send(peer: PeerId, message: ToWorker): void {
    this.#peers.get(peer)?.connection.send(message);
  }

  #refuse(peer: PeerId, refusal: Refusal): void {
    this.#send(peer, { type: "refused", refusal });
  }

  #sendSamples({ peer, lease, split, samples }: Extract<CoordinatorEffect, { type: "send-samples" }>): void {
    const receiver = this.#peers.get(peer);
    if (receiver === undefined) return;
    const bytes = this.#options.samples.take(split, samples, isNear(receiver));
    receiver.connection.send({ type: "samples", lease, samples, ...bytes });
  }
}

/** On this machine itself, where what travels costs nothing. */
function isNear({ caller }: Peer): boolean {
  return isLoopbackAddress(caller.address) && !caller.forwarded;
}

/** As floats: a tree of sums has to write to what it adds. */
function floatsOf(vector: Float32Array | EncodedVector): Float32Array {
  if (!("codec" in vector)) return vector;
  const floats = new Float32Array(vector.length);
  decodeInto(floats, vector);
  return floats;
}
