import { coordinatorTransition } from "@convoy/coordination";
import { describe, expect, test } from "vitest";
import { simulate } from "./simulate.ts";
import type { Transition } from "./simulated-coordinator.ts";

const good = { broken: null };

test("[R1] with all faults, run after run ends as a single process does, bit for bit", { timeout: 120_000 }, () => {
  for (let seed = 0; seed < 24; seed++) {
    const report = simulate({ seed, workers: 8, steps: 20, faults: "all", strategy: "sync" });
    expect(report).toMatchObject({ seed, ...good });
  }
});

test("[R1] without faults too, and all steps are done", () => {
  for (let seed = 0; seed < 8; seed++) {
    const report = simulate({ seed, workers: 5, steps: 20, faults: "none", strategy: "sync" });
    expect(report).toMatchObject({ seed, ...good });
    expect(report.steps).toBeGreaterThanOrEqual(20);
  }
});

describe.each(["sync", "local"] as const)("[D2] where changes go down in a codec, in %s", (strategy) => {
  test.each(["int8", "fp16"] as const)("with all faults, workers hold what is published: %s", (downCodec) => {
    for (let seed = 0; seed < 10; seed++) {
      const report = simulate({ seed, workers: 8, steps: 20, faults: "all", strategy, downCodec });
      expect(report).toMatchObject({ seed, ...good });
    }
  });
});

test("[D2] [H10] where the coordinator chooses the codec, and changes it under way, workers hold what is published", () => {
  let changes = 0;
  for (let seed = 0; seed < 24; seed++) {
    let before: string = "fp32";
    const transition: Transition = (state, event) => {
      const after = coordinatorTransition(state, event);
      for (const effect of after.effects) {
        if (effect.type !== "update" || effect.codec === before) continue;
        changes++;
        before = effect.codec;
      }
      return after;
    };
    const options = { workers: 8, steps: 40, faults: "all", strategy: "local", downCodec: "auto", transition } as const;
    expect(simulate({ ...options, seed })).toMatchObject({ seed, ...good });
  }
  expect(changes).toBeGreaterThan(24);
});

test("a seed gives one run", () => {
  const options = { seed: 4, workers: 10, steps: 30, faults: "all", strategy: "any" } as const;
  const report = simulate(options);
  expect(simulate(options)).toEqual(report);
  expect(simulate({ ...options, seed: 5 })).not.toEqual({ ...report, seed: 5 });
});

test("one worker is enough", () => {
  expect(simulate({ seed: 3, workers: 1, steps: 20, faults: "all", strategy: "sync" })).toMatchObject(good);
});

test("[W6] more workers come than may join", () => {
  expect(simulate({ seed: 1, workers: 1200, steps: 3, faults: "none", strategy: "sync" })).toMatchObject(good);
});

describe("with the strategy local", () => {
  const strategy = "local";

  test("[H2] with all faults, run after run is the average of what came, bit for bit", { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 24; seed++) {
      const report = simulate({ seed, workers: 8, steps: 40, faults: "all", strategy });
      expect(report).toMatchObject({ seed, ...good });
    }
  });

  test("without faults all steps are done", () => {
    for (let seed = 0; seed < 8; seed++) {
      const report = simulate({ seed, workers: 5, steps: 40, faults: "none", strategy });
      expect(report).toMatchObject({ seed, ...good });
      expect(report.steps).toBeGreaterThanOrEqual(40);
    }
  });

  test("a seed gives one run", () => {
    const options = { seed: 4, workers: 10, steps: 30, faults: "all", strategy } as const;
    expect(simulate(options)).toEqual(simulate(options));
  });

  test("one worker is enough", () => {
    expect(simulate({ seed: 3, workers: 1, steps: 40, faults: "all", strategy })).toMatchObject(good);
  });

  test("more workers come than there are batches", () => {
    expect(simulate({ seed: 1, workers: 200, steps: 20, faults: "none", strategy })).toMatchObject(good);
  });
});
