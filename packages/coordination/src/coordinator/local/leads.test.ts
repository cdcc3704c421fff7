/** Who is ahead of the others takes more of the next rounds, so that nobody has to wait. */
import { RandomSequence } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import { policy } from "../policy.ts";
import type { Worker } from "../state.ts";
import { madeUpWithin, noLead } from "./leads.ts";
import { stepsWithin } from "./stretches.ts";
import { adamOptimizer, LocalRun, localSettings } from "./test-local-run.ts";

const STEPS = 64;
const STEP_MS = 5;
const strategy = { ...localSettings.strategy, localSteps: STEPS };

/** Their paces are known, and equal. */
function known(peers: readonly number[], change: Partial<typeof localSettings> = {}): LocalRun {
  const run = new LocalRun({ trainCount: 130_000, strategy, ...change });
  for (const peer of peers) run.enter(peer);
  for (let round = 0; round < policy.trialLeases; round++) for (const peer of peers) run.finish(peer, STEP_MS, 0);
  return run;
}

const leadOf = (run: LocalRun, peer: number) => run.state.workers.get(peer)?.lead;
const toldTo = (run: LocalRun, peer: number) => {
  const { announced } = run.state.workers.get(peer) ?? {};
  return announced ? announced.end - announced.first : 0;
};

/** The others come so many milliseconds later than the first of them. */
function comeLater(run: LocalRun, ms: number, ...[first, ...others]: number[]): void {
  run.finish(first as number, STEP_MS, 0);
  for (const peer of others) run.finish(peer, STEP_MS, ms);
}

describe("[H13] whoever comes to the end of a round before the others", () => {
  test("is ahead of their mean by so much, and they are behind it", () => {
    const run = known([1, 2]);
    comeLater(run, 100, 1, 2);
    expect(leadOf(run, 1)).toEqual({ ms: 100, beyondMeanMs: 50 });
    expect(leadOf(run, 2)).toEqual({ ms: 0, beyondMeanMs: -50 });
  });

  test("takes as many steps more as fit into two fifths of that, and they as many less", () => {
    const run = known([1, 2]);
    comeLater(run, 160, 1, 2);
    const [one, two] = [1, 2].map((peer) => run.state.workers.get(peer));
    if (!one || !two) throw new Error("they are there");
    const stepsOf = (worker: Worker) =>
      stepsWithin(run.state, { ...worker, stretchPace: one.stretchPace }, 100 + (one.stretchPace?.overheadMs ?? 0));
    expect([stepsOf({ ...one, lead: noLead }), stepsOf(one), stepsOf(two)]).toEqual([20, 26, 13]);
  });

  test("is no further ahead than what it was told of allows", () => {
    const run = known([1, 2]);
    comeLater(run, 250, 1, 2);
    expect(leadOf(run, 1)?.ms).toBeCloseTo(250, 6);
    const told = toldTo(run, 1) * STEP_MS;
    comeLater(run, 10_000, 1, 2);
    expect(leadOf(run, 1)?.ms).toBeLessThanOrEqual(told * 1.5);
  });

  test("with Adam, is no further ahead than an eighth of it", () => {
    const run = known([1, 2], { recipe: { ...localSettings.recipe, optimizer: adamOptimizer } });
    comeLater(run, 250, 1, 2);
    const stepMs = (run.state.workers.get(1)?.stretchPace?.msPerSample ?? 0) * localSettings.recipe.batchSize;
    expect(leadOf(run, 1)?.ms).toBeGreaterThan(0);
    expect(leadOf(run, 1)?.ms).toBeLessThan(policy.headStartWithAdam * (STEPS + 1) * stepMs);
  });

  test("alone, is ahead of nobody", () => {
    const run = known([1]);
    run.finish(1, STEP_MS, 0);
    expect(leadOf(run, 1)).toEqual({ ms: 0, beyondMeanMs: 0 });
  });

  test("makes up for no more than half of a round's time", () => {
    const lead = { ms: 1000, beyondMeanMs: 1000 };
    expect([madeUpWithin(100, lead), madeUpWithin(0, lead), madeUpWithin(-10, lead)]).toEqual([50, 0, 0]);
    expect(madeUpWithin(100, { ms: 0, beyondMeanMs: -1000 })).toBe(-50);
  });

  test("does not count once it has left", () => {
    const run = known([1, 2, 3]);
    run.finish(1, STEP_MS, 0);
    run.handle({ type: "disconnected", peer: 1, reason: "gone" });
    for (const peer of [2, 3]) run.finish(peer, STEP_MS, 200);
    expect([leadOf(run, 2), leadOf(run, 3)]).toEqual([noLead, noLead]);
  });

  test("is lent the stretch that it has begun, though it may take much more by now", () => {
    const run = known([1, 2, 3]);
    const { announced } = run.state.workers.get(1) ?? {};
    comeLater(run, STEPS * STEP_MS, 1, 2, 3);
    expect(run.stretchOf(1).position).toBe((announced?.first ?? 0) * localSettings.recipe.batchSize);
  });

  test("is lent all that it has begun, where its pace now says that this is too much", () => {
    const run = known([1, 2]);
    const stretchPace = { msPerSample: (1.4 * STEP_MS) / localSettings.recipe.batchSize, overheadMs: 0 };
    comeLater(run, 300, 1, 2);
    const told = toldTo(run, 1);
    run.finish(1, STEP_MS, 0);
    const worker = run.state.workers.get(1);
    if (!worker) throw new Error("it is there");
    run.state = { ...run.state, workers: new Map(run.state.workers).set(1, { ...worker, stretchPace }) };
    run.finish(2, STEP_MS, 300);
    expect(run.stepsOf(1)).toBe(told);
  });
});

/** Two devices that never stop while they have something to compute; now one is quicker for a few stretches, now the other. */
class Restless {
  readonly #run = known([1, 2]);
  readonly #random = new RandomSequence(3, "test");
  readonly #ends = new Map<number, number>();
  /** Which stretch each was told of, when it had sent the one before. */
  readonly #told = new Map<number, { readonly position: number; readonly sampleCount: number; readonly at: number }>();
  /** Of a step, and what was computed before the lease came; milliseconds. */
  readonly #paces = new Map<number, number>();
  readonly #ahead = new Map<number, number>();
  #idleMs = 0;

  /** The share of their time in which they wait. */
  idleShare(rounds: number): number {
    const run = this.#run;
    const startedAt = run.now;
    this.#take();
    while (run.state.version < rounds) {
      const [peer, at] = [...this.#ends].reduce((one, other) => (other[1] < one[1] ? other : one));
      this.#ends.delete(peer);
      run.now = at;
      this.#send(peer);
      this.#take();
    }
    return this.#idleMs / (2 * (run.now - startedAt));
  }

  #send(peer: number): void {
    const run = this.#run;
    const steps = run.stepsOf(peer);
    const computeMs = steps * (this.#paces.get(peer) ?? STEP_MS);
    const said = { stepLosses: new Array(steps).fill(8), lossSum: 8 * steps, computeMs };
    const told = run.effects.findLast(
      (effect) => effect.type === "send" && effect.peer === peer && effect.message.type === "next-stretch",
    );
    if (told?.type === "send" && told.message.type === "next-stretch")
      this.#told.set(peer, { ...told.message, at: run.now });
    run.contribute(peer, { version: run.leaseOf(peer).version, ...said, headStartMs: this.#ahead.get(peer) ?? 0 });
  }

  /** Begins what was lent, behind what was computed of it before. */
  #take(): void {
    const run = this.#run;
    for (const peer of [1, 2]) {
      if (this.#ends.has(peer) || run.state.workers.get(peer)?.state !== "working") continue;
      const { position, sampleCount } = run.stretchOf(peer);
      const isOver = !this.#paces.has(peer) || this.#random.unit() < 0.15;
      const pace = isOver ? STEP_MS * this.#random.between(0.6, 1.8) : (this.#paces.get(peer) as number);
      const told = this.#told.get(peer);
      const waitedMs = told === undefined ? 0 : run.now - told.at;
      const mayMs = told?.position === position ? (told.sampleCount / localSettings.recipe.batchSize) * pace : 0;
      const aheadMs = Math.min(waitedMs, mayMs);
      this.#idleMs += waitedMs - aheadMs;
      this.#paces.set(peer, pace);
      this.#ahead.set(peer, aheadMs);
      this.#ends.set(peer, run.now + Math.max(0, (sampleCount / localSettings.recipe.batchSize) * pace - aheadMs));
    }
  }
}

test("[H13] two that are as quick on the whole do not wait for each other, though one stretch takes longer than another", () => {
  // 0.026 if leads were not made up for.
  expect(new Restless().idleShare(120)).toBeLessThan(0.01);
});
