/** Whole rounds with workers of different paces: whoever is slow, or new, holds nobody up for long. */
import { describe, expect, test } from "vitest";
import { policy } from "../policy.ts";
import { refusalsIn } from "../test-run.ts";
import { LocalRun, localSettings } from "./test-local-run.ts";

const BATCH = 8;

interface Device {
  readonly stepMs: number;
  /** Of the lease there and the result back. */
  readonly wayMs?: number;
  /** Milliseconds after the first ones. */
  readonly joinsAt?: number;
}

/** Takes every stretch it is lent, to its end. */
class Devices {
  readonly run: LocalRun;
  readonly #devices: readonly Device[];
  readonly #busy = new Map<
    number,
    {
      readonly lease: number;
      readonly version: number;
      readonly steps: number;
      readonly at: number;
      readonly norm: number;
    }
  >();

  constructor(devices: readonly Device[], localSteps: number | null = 64) {
    const strategy = { ...localSettings.strategy, localSteps };
    this.run = new LocalRun({ trainCount: 200_000, strategy });
    this.#devices = devices;
  }

  /** Samples a second between two times. */
  speed(fromMs: number, toMs: number): number {
    this.#pass(fromMs);
    const { sampleCount } = this.run.state.epoch;
    this.#pass(toMs);
    return (1000 * (this.run.state.epoch.sampleCount - sampleCount)) / (toMs - fromMs);
  }

  #pass(untilMs: number): void {
    const { run } = this;
    const until = 1_000_000 + untilMs;
    for (;;) {
      this.#take();
      const next = this.#next();
      if (next.at > until) return;
      run.now = Math.max(run.now, next.at);
      next.happens();
    }
  }

  #next(): { readonly at: number; happens(): void } {
    const { run } = this;
    let next: { at: number; happens(): void } = {
      at: run.state.wakeAt ?? Number.POSITIVE_INFINITY,
      happens: () => run.tick(0),
    };
    for (const [peer, { at }] of this.#busy) if (at < next.at) next = { at, happens: () => this.#finish(peer) };
    for (const [i, { joinsAt = 0 }] of this.#devices.entries()) {
      const at = 1_000_000 + joinsAt;
      if (!run.state.workers.has(i + 1) && at <= next.at) next = { at, happens: () => run.enter(i + 1) };
    }
    return next;
  }

  #take(): void {
    for (const effect of this.run.effects.splice(0)) {
      if (effect.type !== "send") continue;
      const { peer, message } = effect;
      if (message.type === "revoke") this.#busy.delete(peer);
      if (message.type !== "lease" || message.stretch === null) continue;
      const steps = Math.ceil(message.stretch.sampleCount / BATCH);
      const { stepMs, wayMs = 5 } = this.#devices[peer - 1] as Device;
      const at = this.run.now + wayMs + steps * stepMs;
      const norm = steps * message.stretch.rateFactor;
      this.#busy.set(peer, { lease: message.lease, version: message.version, steps, at, norm });
    }
  }

  #finish(peer: number): void {
    const stretch = this.#busy.get(peer);
    if (stretch === undefined) return;
    this.#busy.delete(peer);
    const { steps, at: _, ...named } = stretch;
    const computeMs = steps * (this.#devices[peer - 1] as Device).stepMs;
    this.run.contribute(peer, { ...named, stepLosses: new Array(steps).fill(8), lossSum: 8 * steps, computeMs });
  }
}

const quick = (count: number): Device[] => new Array(count).fill({ stepMs: 5 });
const speedOf = (devices: Device[]) => new Devices(devices).speed(6000, 20_000);
const speeds = new Map<number, number>();

/** Of so many quick ones and nobody else. */
function speedAlone(count: number): number {
  const speed = speeds.get(count) ?? speedOf(quick(count));
  speeds.set(count, speed);
  return speed;
}

describe("[H5] whoever is slower than the others let expect", () => {
  test.each([
    [1, 25],
    [1, 50],
    [1, 400],
    [1, 600],
    [1, 3000],
    [7, 50],
    [7, 400],
    [7, 600],
    [7, 1500],
    [7, 3000],
  ])("costs %i quick ones nothing, with %i ms a step instead of 5", (count, stepMs) => {
    expect(speedOf([...quick(count), { stepMs, joinsAt: 3000 }])).toBeGreaterThan(0.97 * speedAlone(count));
  });

  test("and is as quick as they are once it is", () => {
    expect(speedOf([...quick(3), { stepMs: 5, joinsAt: 3000 }])).toBeGreaterThan(1.3 * speedAlone(3));
  });
});

describe("[H10] where the coordinator chooses how many steps a round has, everybody takes part", () => {
  test.each<[string, Device[]]>([
    [
      "one with a longer way",
      [
        { stepMs: 5, wayMs: 1 },
        { stepMs: 5, wayMs: 40 },
      ],
    ],
    [
      "one with a much longer way",
      [
        { stepMs: 5, wayMs: 1 },
        { stepMs: 5, wayMs: 100 },
      ],
    ],
    [
      "one with longer steps",
      [
        { stepMs: 5, wayMs: 1 },
        { stepMs: 50, wayMs: 1 },
      ],
    ],
    ["many that are nearly equal", Array.from({ length: 30 }, (_, i) => ({ stepMs: 20 + i / 5, wayMs: 1 }))],
  ])("%s", (_, devices) => {
    const all = new Devices(devices, null);
    const most = devices.reduce((sum, { stepMs }) => sum + 8000 / stepMs, 0);
    expect(all.speed(6000, 12_000)).toBeGreaterThan(0.75 * most);
    for (const worker of all.run.state.workers.values()) expect(worker.samples, worker.name).toBeGreaterThan(200);
  });

  test("and so do nearly equal ones where it is told to exchange after each step", () => {
    const devices = Array.from({ length: 30 }, (_, i) => ({ stepMs: 20 + i / 5, wayMs: 1 }));
    const all = new Devices(devices, 1);
    all.speed(0, 3000);
    for (const worker of all.run.state.workers.values()) expect(worker.samples, worker.name).toBeGreaterThan(100);
  });
});

/** Known to do 64 steps in a round. */
function known(peers: readonly number[], stepMs = 5): LocalRun {
  const run = new LocalRun({ trainCount: 31_600, strategy: { ...localSettings.strategy, localSteps: 64 } });
  for (const peer of peers) run.enter(peer);
  for (let round = 0; round < 5; round++) for (const peer of peers) run.finish(peer, stepMs, 5);
  return run;
}

/** So long the round stays open from now on when nothing more comes. */
function openFor(run: LocalRun): number {
  const { version } = run.state;
  const { now } = run;
  while (run.state.version === version) {
    run.now = run.state.wakeAt ?? Number.NaN;
    run.tick(0);
  }
  return run.now - now;
}

describe("[H4] newcomers are waited for no longer than the others took, once more", () => {
  const little = 64 * 5 + 50;

  test("where they are more than the others", () => {
    const run = known([1]);
    for (const peer of [2, 3]) run.enter(peer);
    run.finish(1, 5, 5);
    expect(openFor(run)).toBeLessThanOrEqual(little);
  });

  test("where most of the others have left, before or after the last one came", () => {
    for (const leavesFirst of [true, false]) {
      const run = known([1, 2, 3, 4, 5]);
      run.enter(6);
      const leave = () => {
        for (const peer of [3, 4, 5]) run.handle({ type: "disconnected", peer, reason: "gone" });
      };
      if (leavesFirst) leave();
      for (const peer of [1, 2]) run.finish(peer, 5, 5);
      if (!leavesFirst) leave();
      expect(openFor(run), leavesFirst ? "before" : "after").toBeLessThanOrEqual(little);
    }
  });

  test("where one pauses again and again", () => {
    const run = known([1, 2, 3, 4]);
    run.enter(9);
    for (let i = 0; i < 8; i++) for (const available of [false, true]) run.say(9, { type: "availability", available });
    for (const peer of [1, 2, 3, 4]) run.finish(peer, 5, 5);
    expect(openFor(run)).toBeLessThanOrEqual(little);
  });
});

test("[H4] how long the last are waited for grows with how far the others lie apart, and with what they took", () => {
  const waitedFor = (wayMs: readonly number[]) => {
    const run = known([1, 2, 3, 4, 5]);
    const began = run.state.round?.startedAt ?? 0;
    for (const [i, ms] of wayMs.entries()) run.finish(i + 1, 5, ms);
    const active = [...run.state.leases.values()].filter(({ state }) => state === "active");
    return Math.max(...active.map(({ deadline }) => deadline)) - began;
  };
  // 325, 525 and 725 ms: five times the median deviation of 200 beyond the median.
  expect(waitedFor([5, 205, 405])).toBeCloseTo(525 + 5 * 200, 0);
  // 1525 ms each: a quarter beyond it.
  expect(waitedFor([1205, 1205, 1205])).toBeCloseTo(1.25 * 1525, 0);
});

describe("[H4] whoever is late is waited for until that has cost the others what its stretch is worth", () => {
  const STEP_MS = 25;
  const worth = 64 * STEP_MS;
  const span = worth + 5;

  test.each([
    [1, worth],
    [2, worth / 2],
    [3, worth / 3],
    [5, span * policy.lateness.share],
  ])("where %i as quick as it wait", (others, waitMs) => {
    const peers = Array.from({ length: others + 1 }, (_, i) => i + 1);
    const run = known(peers, STEP_MS);
    for (const peer of peers.slice(1)) run.finish(peer, STEP_MS, 5);
    expect(openFor(run)).toBeCloseTo(waitMs, 0);
  });

  test("and its stretch counts if it comes until then", () => {
    const run = known([1, 2], STEP_MS);
    run.finish(1, STEP_MS, 5);
    const samples = () => run.state.workers.get(2)?.samples ?? 0;
    const [before, steps] = [samples(), run.stepsOf(2)];
    run.tick(worth - 10);
    run.finish(2, STEP_MS, 5);
    expect(samples() - before).toBe(steps * BATCH);
  });

  test("which is counted from when each of them came", () => {
    const run = known([1, 2, 3, 4], STEP_MS);
    run.finish(1, STEP_MS, 5);
    run.finish(2, STEP_MS, 5);
    run.finish(3, STEP_MS, 5 + 0.4 * span);
    expect(openFor(run)).toBeCloseTo((span + span + 1.4 * span) / 3 + worth / 3 - 1.4 * span, 0);
  });

  test("but never longer than once more, however slow those are who wait", () => {
    const run = known([1], STEP_MS);
    run.enter(2);
    run.finish(2, 20 * STEP_MS, 5);
    run.now = (run.state.round?.startedAt ?? 0) + span;
    expect(openFor(run)).toBeLessThanOrEqual(span + 1);
  });
});

test("[V9] what is computed for a result that is too late is computed in vain", () => {
  const run = known([1, 2]);
  const before = run.state.workers.get(2)?.timeSpent;
  expect(before?.inVain).toBe(0);
  const { lease, version } = run.leaseOf(2);
  run.finish(1, 5, 5);
  openFor(run);
  const stepLosses = new Array(run.stepsOf(2)).fill(8);
  const late = { lease, version, stepLosses, lossSum: 8 * stepLosses.length, computeMs: 640 };
  expect(refusalsIn(run.contribute(2, late))).toEqual(["stale-version"]);
  expect(run.state.workers.get(2)?.timeSpent.inVain).toBeGreaterThan(300);
});
