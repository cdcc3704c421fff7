import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import type { CoordinatorEffect } from "./effect.ts";
import { policy } from "./policy.ts";
import { leasesIn, refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";

const exact = { ...tinySettings, exact: true };

function logOf(effects: readonly CoordinatorEffect[]): string {
  return effects
    .flatMap((effect) =>
      effect.type === "report" && effect.report.type === "log" ? [effect.report.entry.sentence] : [],
    )
    .join("\n");
}

describe("a worker's engine", () => {
  test("[W11] is named while it is tested: registered, proving, ready", () => {
    const run = new TestRun();
    const seen = () => describeRun(run.state, run.now).workers.map(({ state, engine }) => [state, engine]);
    run.join(1);
    expect(seen()).toEqual([["registered", null]]);
    run.say(1, { type: "proving", engine: "tfjs-webgpu" });
    expect(seen()).toEqual([["proving", "tfjs-webgpu"]]);
    run.ready(1);
    expect(seen()).toEqual([["working", "reference on CPU"]]);
  });

  test("[W11] is made known once: what comes after ready is refused and changes nothing", () => {
    const run = new TestRun();
    run.enter(1);
    expect(refusalsIn(run.ready(1))).toEqual(["already-ready"]);
    expect(refusalsIn(run.say(1, { type: "proving", engine: "other" }))).toEqual(["already-ready"]);
    expect(run.state.workers.get(1)).toMatchObject({ state: "working", engine: "reference on CPU", refusals: 2 });
  });

  test("[W11] may be changed for another one, whose speed is measured anew; the lease in hand stays", () => {
    const run = new TestRun();
    run.enter(1);
    for (let i = 0; i < policy.trialLeases; i++) run.contribute(1);
    const before = run.state.workers.get(1);
    expect(before?.speed.train).not.toBeNull();
    const effects = run.ready(1, "webgpu");
    expect(refusalsIn(effects)).toEqual([]);
    expect(logOf(effects)).toMatch(/ changed over to reference on CPU\.$/);
    expect(run.state.workers.get(1)).toEqual({
      ...before,
      fingerprint: "webgpu",
      speed: { train: null, evaluate: null },
      leases: 0,
      engineChanges: 1,
    });
    expect(typesIn(run.contribute(1))).not.toContain("refuse");
  });

  test("[W11] may not be changed again and again, which would keep a worker a newcomer for ever", () => {
    const run = new TestRun();
    run.enter(1);
    for (let i = 0; i < policy.engineChanges; i++) expect(refusalsIn(run.ready(1, `engine ${i}`))).toEqual([]);
    expect(refusalsIn(run.ready(1, "one more"))).toEqual(["already-ready"]);
    expect(run.state.workers.get(1)?.fingerprint).toBe(`engine ${policy.engineChanges - 1}`);
  });

  test("[W12] that is not heard of in time makes room for others", () => {
    const run = new TestRun();
    run.join(1);
    run.tick(policy.provingMs - 1);
    run.say(1, { type: "proving", engine: "tfjs-webgpu" });
    // From then on the time counts anew.
    expect(refusalsIn(run.tick(policy.provingMs - 1))).toEqual([]);
    const effects = run.tick(1);
    expect(refusalsIn(effects)).toEqual(["silent"]);
    expect(typesIn(effects)).toContain("disconnect");
    expect(run.state.workers.get(1)?.state).toBe("left");
  });

  test("[W12] has all the time while its owner has paused the device", () => {
    const run = new TestRun();
    run.join(1);
    run.say(1, { type: "availability", available: false });
    expect(refusalsIn(run.tick(10 * policy.provingMs))).toEqual([]);
    run.say(1, { type: "availability", available: true });
    expect(run.state.workers.get(1)?.state).toBe("registered");
    expect(refusalsIn(run.tick(policy.provingMs))).toEqual(["silent"]);
  });

  test("[W12] asks to be woken when the first is overdue", () => {
    const run = new TestRun();
    expect(run.join(1)).toContainEqual({ type: "wake-at", at: run.now + policy.provingMs });
  });
});

describe("an exact run", () => {
  test("[E1] is bound to the first engine; another is refused by name and hears which is wanted", () => {
    const run = new TestRun(exact);
    run.join(1);
    expect(logOf(run.ready(1, "wasm"))).toContain("All workers of this exact run have one engine from now on: wasm.");
    run.join(2);
    const effects = run.ready(2, "webgpu");
    expect(logOf(effects)).not.toContain("from now on");
    expect(refusalsIn(effects)).toEqual(["other-engine"]);
    expect(leasesIn(effects, 2)).toEqual([]);
    const welcomes = effects.flatMap((effect) =>
      effect.type === "send" && effect.message.type === "welcome" ? [effect.message] : [],
    );
    expect(welcomes).toMatchObject([{ exact: true, fingerprint: "wasm" }]);
    expect(run.state.workers.get(2)).toMatchObject({ state: "registered", engine: null, strikes: 0 });
    run.ready(2, "wasm");
    expect(run.state.workers.get(2)?.state).toMatch(/ready|working/);
  });

  test("[E1] tells a newcomer at once which engine it is bound to", () => {
    const run = new TestRun(exact);
    run.join(1);
    run.ready(1, "wasm");
    expect(run.join(2)).toContainEqual(
      expect.objectContaining({ message: expect.objectContaining({ type: "welcome", fingerprint: "wasm" }) }),
    );
  });

  test("[E2] may change its engine as long as nothing was counted and nobody has the first one", () => {
    const run = new TestRun(exact);
    run.join(1);
    run.ready(1, "webgpu");
    run.handle({ type: "disconnected", peer: 1, reason: "closed" });
    run.join(2);
    expect(refusalsIn(run.ready(2, "wasm"))).toEqual([]);
    expect(run.state.fingerprint).toBe("wasm");
    run.contribute(2);
    run.handle({ type: "disconnected", peer: 2, reason: "closed" });
    run.join(3);
    expect(refusalsIn(run.ready(3, "webgpu"))).toEqual(["other-engine"]);
    expect(describeRun(run.state, run.now)).toMatchObject({
      state: "waiting",
      sentence: expect.stringContaining("wasm"),
    });
  });

  test("[W11] keeps the engine that a worker has said it is ready with", () => {
    const run = new TestRun(exact);
    run.join(1);
    run.ready(1, "wasm");
    expect(refusalsIn(run.ready(1, "webgpu"))).toEqual(["already-ready"]);
    expect(run.state.workers.get(1)?.fingerprint).toBe("wasm");
  });

  test("[E1] a run that is not exact takes any engine", () => {
    const run = new TestRun();
    run.join(1);
    run.ready(1, "wasm");
    run.join(2);
    expect(refusalsIn(run.ready(2, "webgpu"))).toEqual([]);
  });
});
