import type { EngineWish } from "@convoy/coordination";
import type { Engine } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import type { Recipe } from "@convoy/models";
import { chooseEngine, type EngineChoice } from "./choose-engine.ts";
import type { EngineCandidate, EngineRemark } from "./engine-candidate.ts";
import { type EngineVerdict, measuredTask } from "./engine-verdict.ts";
import { findQuicker } from "./find-quicker.ts";
import type { ProvenEngine } from "./prove-candidate.ts";

/** What a worker knows of its engines, besides the one in use. */
export interface EngineNews {
  /** Name of the candidate that is in use, or was last. */
  readonly inUse: string | null;
  /** Those that cannot be used, each with the reason in a sentence. */
  readonly engineRemarks: readonly EngineRemark[];
  /** The one that is being tried, and how many of its parts are compiled while they are. */
  readonly trial: {
    readonly engine: string;
    readonly compiled: { readonly done: number; readonly all: number } | null;
  } | null;
  readonly verdict: EngineVerdict | null;
}

export interface KeeperOptions {
  /** In the order in which they are begun with. */
  readonly candidates: readonly EngineCandidate[];
  /** What was measured on this device before. */
  readonly verdicts: readonly EngineVerdict[];
  onTrial(engine: string, wish: EngineWish): void;
  onNews(): void;
  /** Before a quicker engine takes over from this one, which is freed then. */
  onLeave(engine: Engine): Promise<void>;
  /** A quicker engine has taken over. */
  onChange(engine: ProvenEngine): void;
  /** The engine in use has failed outside of a lease. */
  onFailure(sentence: string): void;
}

const noNews: EngineNews = { inUse: null, engineRemarks: [], trial: null, verdict: null };

/** Holds the engine of a worker: chooses it, hands it out to one thing at a time, and looks for a quicker one. */
export class EngineKeeper {
  readonly #options: KeeperOptions;
  #inUse: ProvenEngine | null = null;
  /** The parameters that the engine in use holds. */
  #held: Float32Array | null = null;
  /** An engine does one thing at a time. */
  #last: Promise<void> = Promise.resolve();
  #turn = 0;
  #waiting = 0;
  /** Counts engines that were chosen, so that what is done for an earlier one is known. */
  #choices = 0;
  /** The choice for which a quicker engine is looked for, or was. */
  #improved = 0;
  #paused: { readonly over: Promise<void>; readonly end: () => void } | null = null;
  #news = noNews;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get news(): EngineNews {
    return this.#news;
  }

  /** Frees the engine in use and chooses another. Null: meanwhile yet another is being chosen, or none is wanted. */
  async choose(recipe: Recipe, wish: EngineWish): Promise<EngineChoice | null> {
    this.dispose();
    const choice = this.#choices;
    this.#news = noNews;
    const isWanted = () => choice === this.#choices;
    const chosen = await chooseEngine(recipe, this.#options.candidates, wish, {
      onTrial: (engine) => {
        if (!isWanted()) return;
        this.#tell({ trial: { engine, compiled: null } });
        this.#options.onTrial(engine, wish);
      },
      onProgress: (done, all) => isWanted() && this.#tellProgress(done, all),
      onRemarks: (remarks) => isWanted() && this.#tell({ engineRemarks: remarks }),
    });
    if (!isWanted()) {
      chosen.engine?.dispose();
      return null;
    }
    this.#news = { ...this.#news, trial: null };
    if (chosen.engine !== null) this.#use(chosen);
    return chosen;
  }

  /** The engine in use, with whatever parameters; null while there is none. */
  get engine(): Engine | null {
    return this.#inUse?.engine ?? null;
  }

  /** The engine in use, with these parameters; null while there is none. */
  engineWith(parameters: Float32Array): Engine | null {
    const { engine } = this;
    if (engine !== null && this.#held !== parameters) {
      engine.setParameters(parameters);
      this.#held = parameters;
    }
    return engine;
  }

  /** Someone else has given the engine others. */
  forgetParameters(): void {
    this.#held = null;
  }

  /** Counts what the engine was asked for: between two in a row nobody else had it. */
  get turn(): number {
    return this.#turn;
  }

  /** Something waits for its turn. */
  get isWanted(): boolean {
    return this.#waiting > 0;
  }

  /** After all that came before. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const done = this.#last.then(() => {
      this.#waiting--;
      this.#turn++;
      return work();
    });
    this.#last = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** Whether it was measured before which engine is the quickest for the recipe's steps, or gradients. */
  knowsQuickest(recipe: Recipe, takesSteps: boolean): boolean {
    return this.#options.verdicts.some(({ task }) => task === measuredTask(recipe, takesSteps));
  }

  /** Looks for an engine that is quicker than the one in use for a run that is not exact, once for each that is chosen. */
  async improve(recipe: Recipe, takesSteps: boolean): Promise<void> {
    const choice = this.#choices;
    if (this.#inUse === null || this.#improved === choice) return;
    this.#improved = choice;
    try {
      await findQuicker(this.#comparison(takesSteps), recipe, this.#options.candidates, this.#options.verdicts);
    } catch (error) {
      // An engine that was freed meanwhile is not missed.
      if (choice === this.#choices) this.#options.onFailure(error instanceof Error ? error.message : String(error));
    }
  }

  /** Nothing more is tried until `resume`. */
  pause(): void {
    if (this.#paused !== null) return;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused = { over, end };
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = null;
  }

  /** Frees the engine once it has done what it is doing. */
  dispose(): void {
    this.#choices++;
    this.#endWaiting();
    const engine = this.#inUse?.engine;
    this.#inUse = null;
    this.#held = null;
    this.#news = { ...this.#news, trial: null };
    if (engine !== undefined) void this.inTurn(async () => engine.dispose());
  }

  /** What waits for the end of a pause is to find out that it is not wanted any more; the pause goes on. */
  #endWaiting(): void {
    if (this.#paused === null) return;
    this.resume();
    this.pause();
  }

  #comparison(takesSteps: boolean) {
    const choice = this.#choices;
    const isWanted = () => choice === this.#choices;
    const keeper = this;
    return {
      get inUse() {
        assert(keeper.#inUse !== null, "engines are compared with one in use");
        return keeper.#inUse;
      },
      takesSteps,
      inTurn: async <T>(work: () => Promise<T>) => {
        await this.#paused?.over;
        return this.inTurn(() => {
          this.#held = null;
          return work();
        });
      },
      changeTo: (quicker: ProvenEngine) => this.inTurn(() => this.#changeTo(quicker, isWanted)),
      mayGoOn: async () => {
        await this.#paused?.over;
        return isWanted();
      },
      onTrial: (engine: string | null) =>
        isWanted() && this.#tell({ trial: engine === null ? null : { engine, compiled: null } }),
      onProgress: (done: number, all: number) => isWanted() && this.#tellProgress(done, all),
      onRemark: (remark: EngineRemark) =>
        isWanted() && this.#tell({ engineRemarks: [...this.#news.engineRemarks, remark] }),
      onVerdict: (verdict: EngineVerdict) => isWanted() && this.#tell({ verdict }),
    };
  }

  async #changeTo(quicker: ProvenEngine, isWanted: () => boolean): Promise<void> {
    const { engine } = this;
    try {
      if (engine !== null && isWanted()) await this.#options.onLeave(engine);
    } catch (error) {
      quicker.engine.dispose();
      throw error;
    }
    if (!isWanted()) {
      quicker.engine.dispose();
      return;
    }
    engine?.dispose();
    this.#use(quicker);
    this.#options.onChange(quicker);
  }

  #use(engine: ProvenEngine): void {
    this.#inUse = engine;
    this.#held = null;
    this.#news = { ...this.#news, inUse: engine.candidate };
  }

  #tellProgress(done: number, all: number): void {
    const { trial } = this.#news;
    if (trial !== null) this.#tell({ trial: { ...trial, compiled: done === all ? null : { done, all } } });
  }

  #tell(news: Partial<EngineNews>): void {
    this.#news = { ...this.#news, ...news };
    this.#options.onNews();
  }
}
