/**
 * The shell around the worker's state machine, the same in a tab and in Node: it turns messages into events, executes
 * effects, and holds what the machine never sees: engine, parameters, pixels. It runs on messages alone: a
 * hidden tab's timers are throttled, so they serve only to notice what hangs.
 */
import {
  type EngineWish,
  startWorker,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
  workerTransition,
} from "@convoy/coordination";
import type { Engine } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { elementCount, parameterLayout, parseRecipe, type Recipe } from "@convoy/models";
import { type LeaseMessage, OutgoingFrame, parseToWorker, readFrame, type ToWorker } from "@convoy/protocol";
import type { Connection, Dial } from "@convoy/transport";
import { chooseEngine, type EngineCandidate } from "./choose-engine.ts";
import { describeWorker } from "./describe-worker.ts";
import { LeaseBatch } from "./lease-batch.ts";
import { SampleCache } from "./sample-cache.ts";
import { Throughput } from "./throughput.ts";
import { withPatience } from "./with-patience.ts";
import type { WorkerStatus } from "./worker-status.ts";

/** For one lease. The coordinator gives up long before; so long, an engine may be slow, and is not thought to hang. */
const PATIENCE_MS = 300_000;

export interface WorkerOptions {
  readonly dial: Dial;
  /** Shown on the dashboard, together with the device in words. */
  readonly name: string;
  readonly device: string;
  /** What lets it in where an invitation is asked for. */
  readonly token?: string | null;
  /** In order of preference. */
  readonly engines: readonly EngineCandidate[];
  /** Called after every event; a caller that shows it should do so a few times a second at most. */
  onStatus(status: WorkerStatus): void;
}

export interface RunningWorker {
  pause(): void;
  resume(): void;
  /** Says goodbye and ends the connection for good. */
  stop(): void;
}

export function runWorker(options: WorkerOptions): RunningWorker {
  const shell = new WorkerShell(options);
  return {
    pause: () => shell.handle({ type: "pause" }),
    resume: () => shell.handle({ type: "resume" }),
    stop: () => shell.handle({ type: "stop" }),
  };
}

class WorkerShell {
  readonly #options: WorkerOptions;
  readonly #connection: Connection;
  readonly #throughput = new Throughput();
  #state: WorkerCoreState = startWorker;
  #recipe: Recipe | null = null;
  #parameterCount = 0;
  #cache: SampleCache | null = null;
  #engine: Engine | null = null;
  #engineRemarks: WorkerStatus["engineRemarks"] = [];
  /** The newest parameters that arrived, and whether the engine has them. */
  #parameters: { readonly vector: Float32Array; loaded: boolean } | null = null;
  #leaseBatch: LeaseBatch | null = null;
  /** The gradient that was computed last, in the frame it will be sent in. */
  #gradient: OutgoingFrame | null = null;
  #lastLeaseMs: number | null = null;
  /** An engine does one thing at a time. */
  #computing: Promise<void> = Promise.resolve();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#connection = options.dial({
      onOpen: () =>
        this.handle({ type: "connected", name: options.name, device: options.device, token: options.token ?? null }),
      onMessage: (data) => this.#receive(data),
      onClose: () => this.handle({ type: "disconnected" }),
    });
  }

  handle(event: WorkerEvent): void {
    const { state, effects } = workerTransition(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
    if (state.failure !== null || state.left) this.#disposeEngine();
    this.#report();
  }

  #receive(data: unknown): void {
    const parsed = parseToWorker(data);
    if (!parsed.ok) {
      this.handle({
        type: "failed",
        sentence: `The coordinator said something this worker does not understand: ${parsed.refusal.sentence}`,
      });
      return;
    }
    const { message } = parsed;
    if (
      this.#recipe === null &&
      (message.type === "parameters" || message.type === "lease" || message.type === "samples")
    ) {
      this.handle({ type: "failed", sentence: `The coordinator sent "${message.type}" before its welcome.` });
      return;
    }
    switch (message.type) {
      case "welcome":
        this.#welcome(message);
        return;
      case "parameters":
        this.#storeParameters(message.frame);
        return;
      case "lease":
        this.#prepareLease(message);
        return;
      case "samples":
        this.#storeSamples(message);
        return;
      default:
        if (message.type === "counted") this.#throughput.add(message.sampleCount, performance.now());
        this.handle({ type: "message", message });
    }
  }

  #welcome(message: Extract<ToWorker, { type: "welcome" }>): void {
    let recipe: Recipe;
    try {
      recipe = parseRecipe(message.recipe);
    } catch (error) {
      this.handle({ type: "failed", sentence: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (this.#state.run?.run !== message.run || this.#cache === null) {
      this.#cache = new SampleCache(elementCount(recipe.model.inputShape));
    }
    this.#recipe = recipe;
    this.#parameterCount = parameterLayout(recipe.model).length;
    this.#parameters = null;
    this.handle({ type: "welcomed", message, recipeTitle: recipe.title });
  }

  #storeParameters(bytes: Uint8Array): void {
    const parsed = readFrame(bytes, this.#parameterCount);
    // A damaged frame leaves the worker without parameters: it gives the lease back and gets them again.
    if (!parsed.ok || parsed.frame.run !== this.#state.run?.run) return;
    this.#parameters = { vector: parsed.frame.vector, loaded: false };
    this.handle({ type: "parameters-stored", version: parsed.frame.version });
  }

  #prepareLease(message: LeaseMessage): void {
    const { recipe, cache } = this.#run();
    this.#leaseBatch = new LeaseBatch(message, elementCount(recipe.model.inputShape), cache);
    this.handle({ type: "leased", message, missing: this.#leaseBatch.missing });
  }

  #storeSamples(message: Extract<ToWorker, { type: "samples" }>): void {
    const { recipe, cache } = this.#run();
    const leaseBatch = this.#leaseBatch;
    if (leaseBatch === null || leaseBatch.lease.lease !== message.lease) return;
    leaseBatch.fill(message.samples, message.pixels, message.labels, cache, recipe.model.classCount);
    this.handle({ type: "samples-stored", lease: message.lease, missing: leaseBatch.missing });
  }

  #run(): { recipe: Recipe; cache: SampleCache } {
    assert(this.#recipe !== null && this.#cache !== null, "the coordinator has said welcome");
    return { recipe: this.#recipe, cache: this.#cache };
  }

  #execute(effect: WorkerEffect): void {
    switch (effect.type) {
      case "send":
        this.#connection.send(effect.message);
        return;
      case "prove":
        void this.#prove(effect.wish);
        return;
      case "compute":
        this.#computing = this.#computing.then(() => this.#compute(effect.lease));
        return;
      case "send-contribution":
        this.#sendContribution(effect);
        return;
      case "close":
        this.#connection.close();
        return;
    }
  }

  async #prove(wish: EngineWish): Promise<void> {
    const { recipe } = this.#run();
    this.#disposeEngine();
    const task = { model: recipe.model, preprocessing: recipe.preprocessing };
    const choice = await chooseEngine(task, this.#options.engines, wish, {
      onTrial: (engine) => this.handle({ type: "engine-tested", wish, engine }),
      onRemarks: (remarks) => {
        this.#engineRemarks = remarks;
        this.#report();
      },
    });
    if (choice.engine === null) {
      const reasons = choice.remarks.map((remark) => `${remark.engine}: ${remark.sentence}`).join(" ");
      this.handle({ type: "engine-missing", wish, sentence: `No engine can train on this device. ${reasons}` });
      return;
    }
    // The recipe was replaced meanwhile: another engine is on its way, or there already.
    if (this.#state.proving !== wish) {
      choice.engine.dispose();
      return;
    }
    this.#engine = choice.engine;
    this.handle({ type: "engine-proven", wish, identity: choice.identity, proof: choice.proof });
  }

  async #compute(lease: LeaseMessage): Promise<void> {
    const leaseBatch = this.#leaseBatch;
    // Revoked, or replaced by another lease, while an earlier one was still being computed. The message itself is
    // compared: a coordinator that was started again counts its leases from 1 again.
    const isInHand = () => this.#state.lease?.message === lease;
    if (!isInHand() || leaseBatch?.lease !== lease) return;
    try {
      const { outcome, computeMs } = await this.#computeOn(leaseBatch);
      if (!isInHand()) return;
      this.#lastLeaseMs = computeMs;
      // A cross-entropy of nearly nothing may come out below zero by a rounding of the device.
      const lossSum = Math.max(0, outcome.lossSum);
      this.handle({ type: "computed", lease: lease.lease, outcome: { ...outcome, lossSum, computeMs } });
    } catch (error) {
      this.handle({
        type: "compute-failed",
        lease: lease.lease,
        sentence: error instanceof Error ? error.message : String(error),
      });
    }
  }

  async #computeOn({ lease, batch }: LeaseBatch) {
    const engine = this.#engine;
    const parameters = this.#parameters;
    assert(engine !== null && parameters !== null, "a lease is computed with an engine and parameters");
    const startedAt = performance.now();
    if (!parameters.loaded) {
      engine.setParameters(parameters.vector);
      parameters.loaded = true;
    }
    const hangs = `The engine ${engine.identity.name} gave no answer for ${PATIENCE_MS / 60_000} minutes.`;
    const patience = [PATIENCE_MS, hangs] as const;
    if (lease.kind === "evaluate") {
      const outcome = await withPatience(engine.evaluate(batch), ...patience);
      return { outcome, computeMs: performance.now() - startedAt };
    }
    this.#gradient = new OutgoingFrame(this.#parameterCount);
    const outcome = await withPatience(engine.computeGradient(batch, this.#gradient.vector), ...patience);
    return { outcome, computeMs: performance.now() - startedAt };
  }

  #sendContribution({ lease, outcome }: Extract<WorkerEffect, { type: "send-contribution" }>): void {
    const run = this.#state.run;
    assert(this.#gradient !== null && run !== null, "a contribution follows a gradient");
    const frame = this.#gradient.seal({ run: run.run, version: lease.version, lease: lease.lease });
    this.#gradient = null;
    this.#connection.send({ type: "contribution", ...outcome, frame });
  }

  #disposeEngine(): void {
    const engine = this.#engine;
    if (engine === null) return;
    this.#engine = null;
    this.#computing = this.#computing.then(() => engine.dispose());
  }

  #report(): void {
    this.#options.onStatus(
      describeWorker(this.#state, {
        engineRemarks: this.#engineRemarks,
        samplesPerSecond: this.#throughput.samplesPerSecond(performance.now()),
        lastLeaseMs: this.#lastLeaseMs,
      }),
    );
  }
}
