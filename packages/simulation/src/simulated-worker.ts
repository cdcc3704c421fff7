/**
 * The worker's real state machine with a simulated device: it computes what the reference engine would, in the time
 * that its speed allows. It executes effects as the worker's shell does.
 */
import {
  type EngineWish,
  type LeaseOutcome,
  startWorker,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
  workerTransition,
} from "@convoy/coordination";
import { assert } from "@convoy/foundation";
import { encodePredictions, type FetchMessage, type LeaseMessage, type VectorFrame } from "@convoy/protocol";
import type { Computed, DeviceComputation } from "./device-computation.ts";
import { drawMagnitude, isDrawn } from "./draw.ts";
import { type DialingEnd, drawHearing, type Link } from "./faulty-network.ts";
import { followChange } from "./follow-change.ts";
import type { SentToCoordinator, SentToWorker } from "./messages.ts";
import type { Misconduct } from "./misconduct.ts";
import { proveEngine } from "./prove-engine.ts";
import { SimulatedHeadStart } from "./simulated-head-start.ts";
import { SimulatedSamples } from "./simulated-samples.ts";
import type { Device, WorkerSurroundings } from "./worker-surroundings.ts";

/** How often a version cannot be fetched. */
const FAILS_TO_FETCH = 0.1;

export class SimulatedWorker {
  readonly device: Device;
  /** How it lies; null while it is honest. */
  misconduct: Misconduct | null;
  /** Its device takes so many times as long. */
  slowness = 1;
  state: WorkerCoreState = startWorker;
  readonly #surroundings: WorkerSurroundings;
  readonly #samples: SimulatedSamples;
  #link: Link | null = null;
  #isDead = false;
  #eventCount = 0;
  #parameters: VectorFrame | null = null;
  #waiting: LeaseMessage[] = [];
  #isComputing = false;
  readonly #ahead: SimulatedHeadStart;
  #frozenUntil = 0;
  readonly #computation: DeviceComputation;
  #computed: Computed | null = null;

  constructor(device: Device, misconduct: Misconduct | null, surroundings: WorkerSurroundings) {
    const { trainCount, testCount } = surroundings.training.settings;
    this.device = device;
    this.misconduct = misconduct;
    this.#surroundings = surroundings;
    this.#computation = surroundings.newComputation();
    this.#ahead = new SimulatedHeadStart(surroundings.clock);
    this.#samples = new SimulatedSamples(this.#computation, { train: trainCount, test: testCount });
    this.#dial();
  }

  /** Gone for good, by its own decision or because its process ended. */
  get isGone(): boolean {
    return this.#isDead || this.state.left || this.state.failure !== null;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  get link(): Link | null {
    return this.#link;
  }

  handle(event: WorkerEvent): void {
    this.#eventCount++;
    const { state, effects } = workerTransition(this.state, event);
    this.state = state;
    for (const effect of effects) this.#execute(effect);
  }

  /** Its process ends, without a word. */
  die(): void {
    this.#isDead = true;
    this.#link?.break("its process ended", { worker: null, coordinator: drawHearing(this.#surroundings.random) });
    this.#link = null;
  }

  loseConnection(): void {
    const { random } = this.#surroundings;
    this.#link?.break("the network broke", { worker: drawHearing(random), coordinator: drawHearing(random) });
  }

  /** A tab that is frozen: nothing arrives and nothing is finished before then. */
  freeze(until: number): void {
    this.#frozenUntil = until;
    this.#link?.freeze(until);
  }

  /** What a liar says of its own accord. */
  say(message: SentToCoordinator): void {
    this.#link?.send("worker", message);
  }

  #dial(): void {
    const { network, clock, random } = this.#surroundings;
    if (this.isGone) return;
    const end: DialingEnd = {
      onOpen: () => this.handle({ type: "connected", name: this.device.name, device: "simulated", token: null }),
      onMessage: (message) => this.#receive(message as SentToWorker),
      onClose: () => {
        this.#link = null;
        this.#parameters = null;
        if (this.isGone) return;
        this.handle({ type: "disconnected" });
        clock.schedule(clock.now + drawMagnitude(random, 100, 5000), { happen: () => this.#dial() });
      },
    };
    this.misconduct?.forget();
    this.#link = network.dial(end, this.device.latencyMs);
    this.#link.isHonest = this.misconduct === null;
  }

  #receive(message: SentToWorker): void {
    switch (message.type) {
      case "welcome":
        this.#parameters = null;
        this.handle({ type: "welcomed", message, recipeTitle: "Tiny" });
        return;
      case "parameters":
        if (this.#refuses(message.type) || message.frame.run !== this.state.run?.run) return;
        this.#store(message.frame);
        return;
      case "parameters-change":
        if (!this.#refuses(message.type)) this.#store(followChange(this.#parameters, message, this.state.run?.run));
        return;
      case "fetch-parameters":
        if (!this.#refuses(message.type)) this.handle({ type: "told-to-fetch", message });
        return;
      case "fetch-samples":
        // There is no HTTP here: it asks for what it needs.
        return;
      case "lease":
        if (this.#refuses(message.type)) return;
        this.misconduct?.hear(message);
        this.handle(this.#samples.prepare(message));
        return;
      case "next-stretch":
        if (!this.#refuses(message.type)) this.#handleIfAny(this.#samples.lookAhead(message));
        return;
      case "samples":
        if (!this.#refuses(message.type)) this.#handleIfAny(this.#samples.store(message));
        return;
      default:
        this.handle({ type: "message", message });
    }
  }

  #store(parameters: VectorFrame | null): void {
    this.#parameters = parameters ?? this.#parameters;
    if (parameters !== null) this.handle({ type: "parameters-stored", version: parameters.version });
    else this.handle({ type: "parameters-refused", sentence: "A change does not fit." });
  }

  #handleIfAny(event: WorkerEvent | null): void {
    if (event !== null) this.handle(event);
  }

  /** As the shell does: without a welcome there is no model, and so nothing that these could be for. */
  #refuses(type: string): boolean {
    if (this.state.run !== null) return false;
    this.handle({ type: "failed", sentence: `The coordinator sent "${type}" before its welcome.` });
    return true;
  }

  #execute(effect: WorkerEffect): void {
    switch (effect.type) {
      case "send":
        this.#send(effect.message);
        return;
      case "prove":
        this.#prove(effect.wish);
        return;
      case "fetch":
        this.#fetch(effect.message);
        return;
      case "compute":
        this.#waiting.push(effect.lease);
        this.#computeNext();
        return;
      case "send-contribution":
        this.#sendContribution(effect);
        return;
      case "head-start":
        this.#ahead.begin(effect.headStart);
        return;
      case "close":
        this.#link?.close("worker", "closed by the worker");
        return;
    }
  }

  /** Now and then it does not work, as behind some proxy. */
  #fetch({ version }: FetchMessage): void {
    const { clock, random } = this.#surroundings;
    const link = this.#link;
    const happen = () => {
      if (this.isGone || this.#link !== link || this.state.fetching !== version) return;
      if (this.#frozenUntil > clock.now) {
        clock.schedule(this.#frozenUntil, { happen });
        return;
      }
      const run = this.state.run?.run ?? "";
      const frame = isDrawn(random, FAILS_TO_FETCH) ? null : this.#surroundings.fetch(run, version);
      if (frame === null) {
        this.handle({ type: "fetch-failed", version, sentence: "There is no such version." });
        return;
      }
      this.#parameters = frame;
      this.handle({ type: "fetched", version });
    };
    clock.schedule(clock.now + drawMagnitude(random, 1, 5000), { happen });
  }

  #send(message: SentToCoordinator): void {
    this.#surroundings.witness.heard(message);
    if (this.misconduct === null) this.#link?.send("worker", message);
    else for (const sent of this.misconduct.instead(message, this)) this.#link?.send("worker", sent);
  }

  #prove(wish: EngineWish): void {
    const { clock } = this.#surroundings;
    const later = (afterMs: number, event: WorkerEvent) =>
      clock.schedule(clock.now + afterMs, {
        happen: () => {
          if (!this.isGone) this.handle(event);
        },
      });
    const { tested, outcome } = proveEngine(this.device, wish);
    later(0, tested);
    later(this.device.provingMs, outcome);
  }

  /** An engine does one thing at a time. A lease that is not in hand any more when its turn comes is left out. */
  #computeNext(): void {
    const { clock, random } = this.#surroundings;
    while (!this.#isComputing) {
      const lease = this.#waiting.shift();
      if (lease === undefined) return;
      if (this.state.lease?.message !== lease) continue;
      const parameters = this.#parameters;
      assert(parameters !== null, "a lease is computed with parameters");
      this.#isComputing = true;
      const sampleCount = lease.stretch?.sampleCount ?? lease.samples.length;
      const ms = (1000 * this.slowness * sampleCount) / this.device.samplesPerSecond;
      const headStartMs = this.#ahead.endFor(lease, ms / sampleCount);
      const happen = () => {
        if (this.#frozenUntil > clock.now) clock.schedule(this.#frozenUntil, { happen });
        else this.#finish(lease, parameters, { computeMs: ms, headStartMs });
      };
      clock.schedule(clock.now + (ms - headStartMs) * random.between(1, 1.2), { happen });
    }
  }

  #finish(lease: LeaseMessage, parameters: VectorFrame, took: Pick<LeaseOutcome, "computeMs" | "headStartMs">): void {
    const { random } = this.#surroundings;
    this.#isComputing = false;
    if (this.isGone) return;
    if (isDrawn(random, this.device.failsToCompute)) {
      if (this.#link !== null) this.#link.isHonest = false;
      this.handle({ type: "compute-failed", lease: lease.lease, sentence: "The device was lost." });
    } else if (this.state.lease?.message === lease) {
      this.#surroundings.witness.computes(parameters);
      const computed = this.#computation.compute(lease, parameters);
      if (lease.kind === "train") this.#computed = computed;
      const { lossSum, correctCount, stepLosses } = computed;
      const predictions = computed.predictions && encodePredictions(computed.predictions);
      this.handle({
        type: "computed",
        lease: lease.lease,
        outcome: { lossSum, correctCount, stepLosses, ...took },
        predictions,
      });
    }
    this.#computeNext();
  }

  #sendContribution({ lease, outcome }: Extract<WorkerEffect, { type: "send-contribution" }>): void {
    const run = this.state.run;
    const computed = this.#computed;
    assert(computed !== null && computed.vector !== null && run !== null, "a contribution follows what was computed");
    const frame = { run: run.run, version: lease.version, lease: lease.lease, vector: computed.vector };
    this.#computed = null;
    this.#send({ type: "contribution", ...outcome, frame });
  }
}
