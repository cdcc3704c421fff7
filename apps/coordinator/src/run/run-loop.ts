/**
 * One loop: take an event, ask the core, execute the effects in order. There is no rule about training in here; it only
 * turns sockets, clock and disk into events, and effects back into them.
 *
 * The vectors may be on another thread. While that reads a contribution or makes an update, everything else waits, so
 * that all goes in the order that it has where they are on this one.
 */
import {
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  coordinatorTransition,
  describeRun,
  fetchedVersions,
  isPresent,
  type PeerId,
  PublishedVersions,
  positionOf,
  type Report,
  type RunPosition,
} from "@convoy/coordination";
import type { Dataset } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import {
  checksumIn,
  parseToCoordinator,
  type Refusal,
  type RunView,
  type ToCoordinator,
  type ToWorker,
} from "@convoy/protocol";
import type { Caller, Connection, ConnectionListener } from "@convoy/transport";
import type { Admission } from "../access/access.ts";
import { isOnThisMachine } from "../access/loopback.ts";
import type { RunPlane } from "../plane/run-plane.ts";
import { canBeKept } from "../samples/all-samples.ts";
import type { SampleSource } from "../samples/served-samples.ts";
import { Alarm } from "./alarm.ts";
import { alreadyWatches, alreadyWorks, notAnAdmin, notAViewer, notJoined, stillReading } from "./loop-refusals.ts";
import { now } from "./now.ts";
import type { Peer } from "./peer.ts";
import type { RunHistory } from "./run-history.ts";
import { Sequence } from "./sequence.ts";
import { Viewers } from "./viewers.ts";

export interface RunLoopOptions {
  readonly state: CoordinatorState;
  readonly plane: RunPlane;
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

export class RunLoop {
  readonly #options: RunLoopOptions;
  readonly #peers = new Map<PeerId, Peer>();
  readonly #viewers: Viewers;
  /** What can be had over HTTP of the parameters. */
  readonly versions: PublishedVersions;
  /** How long each worker's newest lease was held up by what came before it. */
  readonly #heldMs = new Map<PeerId, number>();
  readonly #sequence = new Sequence<CoordinatorEffect>((effect) => this.#execute(effect));
  /** When what is being dealt with had its turn. */
  #eventAt = 0;
  #state: CoordinatorState;
  #lastPeer: PeerId = 0;
  readonly #alarm = new Alarm(() => this.#sequence.add(() => this.#take({ type: "tick", now: now() })));

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

  /**
   * Calls back when the vectors are those of a position: what the round under way has so far is no part of it. Nothing
   * else happens before it returns.
   */
  stand(then: (position: RunPosition) => void): void {
    this.#sequence.add(() => then(positionOf(this.#state, now())));
  }

  /** A connection was opened; what it says decides whether it is a worker or a viewer. */
  accept(connection: Connection, caller: Caller): ConnectionListener {
    const isNear = isOnThisMachine(caller);
    const peer: Peer = { id: ++this.#lastPeer, connection, caller, isNear, access: "none", hasUnread: false };
    this.#peers.set(peer.id, peer);
    if (!isNear) this.#options.samples.compressAlong(this.#state.order);
    return {
      onMessage: (data) => this.#hear(peer, data),
      onClose: (reason) => this.#sequence.add(() => this.#forget(peer, reason)),
    };
  }

  /** Connections may hang up later; nothing is timed any more. */
  close(): void {
    this.#viewers.close();
    this.#alarm.close();
    this.#options.samples.close();
  }

  #forget({ id, connection }: Peer, reason: string): void {
    this.#peers.delete(id);
    this.#heldMs.delete(id);
    this.#viewers.remove(connection);
    this.#take({ type: "disconnected", now: now(), peer: id, reason });
  }

  #hear(peer: Peer, data: unknown): void {
    const parsed = parseToCoordinator(data);
    const isContribution = parsed.ok && parsed.message.type === "contribution";
    const refusal = isContribution ? this.#objectionToWaiting(peer) : null;
    if (refusal !== null) {
      this.#sequence.add(() => this.#refuse(peer.id, refusal));
      return;
    }
    if (isContribution) peer.hasUnread = true;
    this.#sequence.add(() => {
      if (isContribution) peer.hasUnread = false;
      this.#receive(peer, parsed);
    });
  }

  /** What waits to be read takes memory: of strangers nothing does, and of each worker one contribution. */
  #objectionToWaiting({ id, hasUnread }: Peer): Refusal | null {
    if (!isPresent(this.#state, id)) return notJoined;
    return hasUnread ? stillReading : null;
  }

  #receive(peer: Peer, parsed: ReturnType<typeof parseToCoordinator>): void {
    const refusal = parsed.ok ? this.#admit(peer, parsed.message) : parsed.refusal;
    if (refusal !== null) this.#take({ type: "not-understood", now: now(), peer: peer.id, refusal });
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
    else if (message.type === "contribution") this.#receiveContribution(peer, message);
    else this.#take({ type: "message", now: now(), peer: peer.id, message });
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

  #receiveContribution({ id: peer }: Peer, message: Extract<ToCoordinator, { type: "contribution" }>): void {
    const { correctCount, stepLosses, computeMs, headStartMs } = message;
    const lossSum = message.lossSum ?? Number.NaN;
    const heldMs = this.#heldMs.get(peer) ?? 0;
    const at = { now: now(), peer };
    const resume = this.#sequence.pause();
    this.#options.plane.read(message.frame, (read) => {
      if (read.ok) {
        const { frame, finite, norm } = read;
        const said = { lossSum, correctCount, stepLosses, computeMs, headStartMs, heldMs };
        this.#take({ type: "contribution", ...at, frame, finite, norm, ...said });
      } else this.#take({ type: "not-understood", ...at, refusal: read.refusal });
      resume();
    });
  }

  /** Only when the effects of the event before it are executed. */
  #take(event: CoordinatorEvent): void {
    const { state, effects } = coordinatorTransition(this.#state, event);
    this.#state = state;
    this.#eventAt = event.now;
    this.#sequence.follow(effects);
  }

  #execute(effect: CoordinatorEffect): void {
    const { plane } = this.#options;
    switch (effect.type) {
      case "send":
        if (effect.message.type === "lease") this.#heldMs.set(effect.peer, now() - this.#eventAt);
        this.#send(effect.peer, effect.message);
        if (effect.message.type === "welcome") this.#offerSamples(effect.peer);
        break;
      case "refuse":
        this.#refuse(effect.peer, effect.refusal);
        break;
      case "send-parameters":
        this.#sendParameters(effect);
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
        this.#update(effect);
        break;
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
  }

  #update({ version, sampleCount, codec }: Extract<CoordinatorEffect, { type: "update" }>): void {
    const { plane } = this.#options;
    const replaced = { version: plane.version, frame: plane.frame };
    const resume = this.#sequence.pause();
    plane.update(version, sampleCount, codec, (isPublished) => {
      if (isPublished) this.versions.keep(replaced, fetchedVersions(this.#state));
      // Everything that follows was decided without knowing it.
      else this.#sequence.replaceEffects(() => this.#take({ type: "diverged", now: now() }));
      resume();
    });
  }

  #sendParameters({ peer, form }: Extract<CoordinatorEffect, { type: "send-parameters" }>): void {
    const { frame, change } = this.#options.plane;
    if (form === "whole") {
      this.#send(peer, { type: "parameters", frame });
      return;
    }
    assert(change !== null, "a change leads from a version that was published here");
    this.#send(peer, { type: "parameters-change", ...change });
  }

  #offerParameters(peer: PeerId): void {
    const { version, frame } = this.#options.plane;
    const { byteLength } = frame;
    this.#send(peer, { type: "fetch-parameters", version, byteLength, checksum: checksumIn(frame) });
  }

  /** Of a worker on this machine: asking for them piece by piece would take much of its processor. */
  #offerSamples(peer: PeerId): void {
    const { dataset } = this.#options;
    if (!this.#peers.get(peer)?.isNear || !canBeKept(dataset) || this.#state.ending !== null) return;
    this.#send(peer, { type: "fetch-samples", testCount: dataset.test.count });
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
    const { isNear, connection } = receiver;
    connection.send({ type: "samples", lease, samples, ...this.#options.samples.take(split, samples, isNear) });
  }
}
