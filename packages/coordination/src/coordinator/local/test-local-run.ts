import { TestRun, tinySettings } from "../test-run.ts";
import type { LocalStrategy } from "./strategy.ts";

const averaging: LocalStrategy = {
  type: "local",
  localSteps: 4,
  outer: { learningRate: 1, momentum: 0 },
  rateScaling: "linear",
};

export const adamOptimizer = { type: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Forty batches of 8 samples an epoch, the last of 4. */
export const localSettings = {
  ...tinySettings,
  strategy: averaging,
  recipe: { ...tinySettings.recipe, batchSize: 8 },
  trainCount: 316,
};

export class LocalRun extends TestRun {
  constructor(change: Partial<typeof localSettings> = {}) {
    super({ ...localSettings, ...change });
  }

  stretchOf(peer: number) {
    const { stretch } = this.leaseOf(peer);
    if (stretch === null) throw new Error(`peer ${peer} was given no stretch`);
    return stretch;
  }

  stepsOf(peer: number): number {
    return Math.ceil(this.stretchOf(peer).sampleCount / this.state.settings.recipe.batchSize);
  }

  /** A step takes the peer so many milliseconds, and the way as many again for all of them. */
  finish(peer: number, stepMs = 10, wayMs = 5) {
    const steps = this.stepsOf(peer);
    const { issuedAt } = this.state.workers.get(peer)?.lease ?? { issuedAt: this.now };
    this.now = Math.max(this.now, issuedAt + steps * stepMs + wayMs);
    return this.contribute(peer, {
      version: this.leaseOf(peer).version,
      stepLosses: new Array(steps).fill(8),
      lossSum: 8 * steps,
      computeMs: steps * stepMs,
    });
  }

  /** Lets each of them take its first step, so that its pace is known. */
  settle(...peers: number[]): void {
    for (const peer of peers) this.finish(peer);
  }

  get open(): number {
    return this.state.round?.shards.filter((shard) => shard === "open").length ?? 0;
  }
}

export function entered(...peers: number[]): LocalRun {
  const run = new LocalRun();
  for (const peer of peers) run.enter(peer);
  run.settle(...peers);
  return run;
}
