/**
 * The shell around the worker's state machine, the same in a tab and in Node: it turns messages into events, executes effects,
 * and holds what the machine never sees: engine, parameters, pixels. It runs on messages alone: a hidden tab's timers are
 * throttled, so they serve only to notice what hangs.
 */
import {
  type EngineWish,
  type HeadStart,
  mayHaveHeadStart,
  startWorker,
  type WorkerCoreState,
  type WorkerEffect,
  type WorkerEvent,
  workerTransition,
} from "@convoy/coordination";
import type { Batch } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { parseRecipe, type Recipe } from "@convoy/models";
import { type LeaseMessage, type OutgoingFrame, parseToWorker, type ToWorker } from "@convoy/protocol";
import type { Connection } from "@convoy/transport";
import { whyNone } from "./choose-engine.ts";
import { type Computed, computeLease, getAhead } from "./compute-lease.ts";
import { describeWorker } from "./describe-worker.ts";
import { EngineKeeper } from "./engine-keeper.ts";
import { GradientFrames } from "./gradient-frames.ts";
import { HeldParameters } from "./held-parameters.ts";
import { Inbox } from "./inbox.ts";
import type { LeaseBatch } from "./lease-batch.ts";
import { needsWelcome, prepareRun, type RunInHand } from "./run-in-hand.ts";
import { SamplesInHand } from "./samples-in-hand.ts";
import { sentResult } from "./sent-result.ts";
import { Throughput } from "./throughput.ts";
import type { RunningWorker, WorkerOptions } from "./worker-options.ts";

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
  readonly #inbox = new Inbox<unknown>((data) => this.#receive(data));
  readonly #throughput = new Throughput();
  #state: WorkerCoreState = startWorker;
  #inHand: RunInHand | null = null;
  readonly #keeper: EngineKeeper;
  readonly #parameters: HeldParameters;
  readonly #samples = new SamplesInHand(
    (event) => this.handle(event),
    (sentence) => this.#misunderstand(sentence),
  );
  readonly #frames = new GradientFrames();
  /** The gradient that was computed last, in the frame it will be sent in. */
  #gradient: OutgoingFrame | null = null;
  #lastLeaseMs: number | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#keeper = new EngineKeeper({
      candidates: options.engines,
      verdicts: options.verdicts ?? [],
      onTrial: (engine, wish) => this.handle({ type: "engine-tested", wish, engine }),
      onNews: () => this.#report(),
      onLeave: async (engine) => this.#inHand?.steps.leave(engine),
      onChange: ({ identity, proof }) => this.handle({ type: "engine-changed", identity, proof }),
      onFailure: (sentence) => this.#failToCompute(this.#state.lease?.message.lease ?? 0, sentence),
    });
    this.#parameters = new HeldParameters(
      options.openBytes,
      (event) => this.handle(event),
      () => this.#report(),
    );
    this.#connection = options.dial({
      onOpen: () =>
        this.handle({ type: "connected", name: options.name, device: options.device, token: options.token ?? null }),
      onMessage: (data) => this.#inbox.receive(data),
      onClose: () => {
        this.#inbox.clear();
        this.#frames.forget();
        this.#parameters.forget();
        this.#samples.download.stop();
        this.handle({ type: "disconnected" });
      },
    });
  }

  handle(event: WorkerEvent): void {
    const { state, effects } = workerTransition(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
    if (event.type === "pause") this.#keeper.pause();
    if (event.type === "resume") this.#keeper.resume();
    if (state.failure !== null || state.left) {
      this.#keeper.dispose();
      this.#parameters.stop();
      this.#samples.download.stop();
    }
    this.#report();
  }

  /** A promise where what it says takes time to read. */
  #receive(data: unknown): Promise<void> | null {
    const parsed = parseToWorker(data);
    if (!parsed.ok) {
      this.#misunderstand(parsed.refusal.sentence);
      return null;
    }
    return this.#obey(parsed.message);
  }

  #misunderstand(sentence: string): void {
    const said = "The coordinator said something this worker does not understand:";
    this.handle({ type: "failed", sentence: `${said} ${sentence}` });
  }

  #obey(message: ToWorker): Promise<void> | null {
    if (this.#inHand === null && needsWelcome.has(message.type)) {
      this.handle({ type: "failed", sentence: `The coordinator sent "${message.type}" before its welcome.` });
      return null;
    }
    switch (message.type) {
      case "welcome":
        this.#welcome(message);
        break;
      case "parameters":
      case "parameters-change":
        // The next may lie where earlier ones lay.
        this.#keeper.forgetParameters();
        this.#parameters.store(message, this.#run());
        break;
      case "fetch-parameters":
        this.handle({ type: "told-to-fetch", message });
        break;
      case "fetch-samples":
        this.#samples.download.begin(message, this.#run(), this.#options.openBytes);
        break;
      case "lease":
        this.#prepareLease(message);
        break;
      case "next-stretch":
        this.#samples.lookAhead(message, this.#run());
        break;
      case "samples":
        return this.#samples.store(message, this.#run());
      default:
        if (message.type === "counted") {
          this.#frames.counted(message.lease);
          this.#throughput.add(message.sampleCount, performance.now());
        }
        this.handle({ type: "message", message });
    }
    return null;
  }

  #welcome(message: Extract<ToWorker, { type: "welcome" }>): void {
    let recipe: Recipe;
    try {
      recipe = parseRecipe(message.recipe);
    } catch (error) {
      this.handle({ type: "failed", sentence: error instanceof Error ? error.message : String(error) });
      return;
    }
    const earlier = this.#inHand?.steps;
    if (earlier !== undefined) void this.#keeper.inTurn(async () => earlier.dispose());
    this.#inHand = prepareRun(recipe, message, this.#state.run?.run === message.run ? this.#inHand : null);
    this.#parameters.forget();
    this.handle({ type: "welcomed", message, recipeTitle: recipe.title });
  }

  #prepareLease(message: LeaseMessage): void {
    const run = this.#run();
    this.#samples.prepare(message, run);
    if (this.#samples.batch?.lease !== message) return;
    // What has to be measured waits until the first lease is done.
    if (this.#keeper.knowsQuickest(run.recipe, message.stretch !== null)) this.#lookForQuicker(message);
  }

  #run(): RunInHand {
    assert(this.#inHand !== null, "the coordinator has said welcome");
    return this.#inHand;
  }

  #execute(effect: WorkerEffect): void {
    switch (effect.type) {
      case "send":
        this.#connection.send(effect.message);
        return;
      case "prove":
        void this.#prove(effect.wish);
        return;
      case "fetch":
        void this.#parameters.fetch(effect.message, this.#run());
        return;
      case "compute":
        void this.#keeper.inTurn(() => this.#compute(effect.lease));
        return;
      case "send-contribution":
        this.#sendContribution(effect);
        return;
      case "head-start":
        void this.#keeper.inTurn(() => this.#getAhead(effect.headStart));
        return;
      case "close":
        this.#connection.close();
        return;
    }
  }

  async #prove(wish: EngineWish): Promise<void> {
    const choice = await this.#keeper.choose(this.#run().recipe, wish);
    if (choice === null) return;
    if (choice.engine === null) {
      this.handle({ type: "engine-missing", wish, sentence: whyNone(choice.remarks) });
      return;
    }
    await this.#samples.download.settle();
    if (this.#keeper.engine !== choice.engine) return;
    this.handle({ type: "engine-proven", wish, identity: choice.identity, proof: choice.proof });
  }

  /** For leases such as this one. An exact run is bound to the engine it has. */
  #lookForQuicker({ kind, stretch }: LeaseMessage): void {
    if (kind === "evaluate" || this.#state.run?.exact !== false) return;
    void this.#keeper.improve(this.#run().recipe, stretch !== null);
  }

  async #compute(lease: LeaseMessage): Promise<void> {
    const leaseBatch = this.#samples.batch;
    // Revoked, or replaced by another lease, while an earlier one was still being computed. The message itself is
    // compared: a coordinator that was started again counts its leases from 1 again.
    const isInHand = () => this.#state.lease?.message === lease;
    if (!isInHand() || leaseBatch?.lease !== lease) return;
    try {
      const computed = await this.#computeOn(leaseBatch, isInHand);
      this.#samples.release(leaseBatch.batch);
      if (computed === null || !isInHand()) return;
      this.#lastLeaseMs = computed.computeMs;
      this.handle({ type: "computed", lease: lease.lease, ...sentResult(computed) });
      this.#lookForQuicker(lease);
    } catch (error) {
      this.#failToCompute(lease.lease, error);
    }
  }

  /** Until the lease is there, or something else. */
  async #getAhead(headStart: HeadStart): Promise<void> {
    const run = this.#run();
    const { parameterCount, steps } = run;
    const isWanted = () => run === this.#inHand && mayHaveHeadStart(this.#state, headStart);
    if (!isWanted()) return;
    try {
      const batchOf = this.#samples.announced(headStart, run);
      const release = (batch: Batch) => this.#samples.release(batch);
      await getAhead({ headStart, parameterCount, batchOf, release, isWanted }, { keeper: this.#keeper, steps });
    } catch (error) {
      this.#failToCompute(this.#state.lease?.message.lease ?? 0, error);
    }
  }

  #failToCompute(lease: number, error: unknown): void {
    const sentence = error instanceof Error ? error.message : String(error);
    this.handle({ type: "compute-failed", lease, sentence });
  }

  /** Null: nobody waits for it any more. */
  #computeOn(leaseBatch: LeaseBatch, isInHand: () => boolean): Promise<Computed | null> {
    const parameters = this.#parameters.vector;
    assert(parameters !== null, "a lease is computed with parameters");
    const { parameterCount, steps } = this.#run();
    const takeGradient = () => {
      this.#gradient = this.#frames.take(parameterCount);
      return this.#gradient.vector;
    };
    return computeLease(leaseBatch, { keeper: this.#keeper, parameters, steps, isInHand, takeGradient });
  }

  #sendContribution({ lease, outcome }: Extract<WorkerEffect, { type: "send-contribution" }>): void {
    assert(this.#gradient !== null, "a contribution follows a gradient");
    const header = { run: this.#run().run, version: lease.version, lease: lease.lease };
    const frame = this.#frames.send(this.#gradient, header, lease.codec, this.#run().codec);
    this.#gradient = null;
    this.#connection.send({ type: "contribution", ...outcome, frame });
  }

  #report(): void {
    this.#options.onStatus(
      describeWorker(this.#state, {
        ...this.#keeper.news,
        samplesPerSecond: this.#throughput.samplesPerSecond(performance.now()),
        lastLeaseMs: this.#lastLeaseMs,
        download: this.#parameters.progress,
      }),
    );
  }
}
