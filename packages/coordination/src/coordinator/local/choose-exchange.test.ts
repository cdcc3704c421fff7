import type { ToWorker } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import type { CoordinatorEffect } from "../effect.ts";
import { LocalRun, localSettings } from "./test-local-run.ts";

const choosing = { codec: "auto", downCodec: "auto", trainCount: 3160 } as const;

/** Steps of 5 ms; the way takes as long as the codec of the lease lets it. */
function workOn(run: LocalRun, wayMs: { fp32: number; int8: number }, rounds = 8): CoordinatorEffect[] {
  return Array.from({ length: rounds }, () => {
    const { codec } = run.leaseOf(1);
    return run.finish(1, 5, codec === "fp32" ? wayMs.fp32 : wayMs.int8);
  }).flat();
}

const leaseCodecs = (effects: readonly CoordinatorEffect[]) =>
  effects.flatMap((effect) =>
    effect.type === "send" && effect.message.type === "lease" ? [(effect.message as LeaseMessage).codec] : [],
  );
const updateCodecs = (effects: readonly CoordinatorEffect[]) =>
  effects.flatMap((effect) => (effect.type === "update" ? [effect.codec] : []));
const forms = (effects: readonly CoordinatorEffect[]) =>
  effects.flatMap((effect) => (effect.type === "send-parameters" ? [effect.form] : []));

type LeaseMessage = Extract<ToWorker, { type: "lease" }>;

function chosen(settings: Partial<typeof localSettings> = {}): LocalRun {
  const run = new LocalRun({ ...choosing, ...settings });
  run.enter(1);
  return run;
}

const slowLink = { fp32: 400, int8: 110 };

describe("[H10] the exchange of a run that leaves it to the coordinator", () => {
  test("comes after fewer steps where several learn side by side on parts of a batch", () => {
    const strategy = { ...localSettings.strategy, localSteps: null } as const;
    const stepsWith = (rateScaling: "linear" | "smaller-batches", peers: number[]) => {
      const recipe = { ...localSettings.recipe, batchSize: 32 };
      const run = new LocalRun({ recipe, trainCount: 32 * 400, strategy: { ...strategy, rateScaling } });
      for (const peer of peers) run.enter(peer);
      for (let round = 0; round < 8; round++) for (const peer of peers) run.finish(peer, 10, 12.6);
      return run.state.expected?.localSteps;
    };
    expect(stepsWith("linear", [1, 2])).toBe(24);
    expect(stepsWith("smaller-batches", [1, 2])).toBe(4);
    // One that is alone loses nothing with longer ones.
    expect(stepsWith("smaller-batches", [1])).toBe(24);
  });

  test("is in fp32 at first, and in int8 when that is found to be quicker", () => {
    const run = chosen();
    expect(run.leaseOf(1).codec).toBe("fp32");
    const effects = workOn(run, slowLink);
    expect(leaseCodecs(effects).at(-1)).toBe("int8");
    expect(run.state.codec).toBe("int8");
    // What was measured in fp32 is not taken for what int8 takes.
    expect(run.state.expected?.wayMs).toBeLessThan(150);
  });

  test("goes down as it goes up: as a change, once a version was reached by one", () => {
    const run = chosen();
    const effects = workOn(run, slowLink);
    const first = updateCodecs(effects).indexOf("int8");
    expect(first).toBeGreaterThan(0);
    expect(updateCodecs(effects).slice(first)).not.toContain("fp32");
    expect(forms(effects).slice(0, first)).not.toContain("change");
    expect(forms(effects).slice(first)).not.toContain("whole");
    run.enter(2);
    expect(run.effects.findLast((effect) => effect.type === "send-parameters" && effect.peer === 2)).toMatchObject({
      form: "whole",
    });
  });

  test("says so to the log, once", () => {
    const run = chosen();
    const said = workOn(run, slowLink, 12).filter(
      (effect) => effect.type === "report" && effect.report.type === "log" && /int8/.test(effect.report.entry.sentence),
    );
    expect(said).toHaveLength(1);
  });

  test("loses less again when the link has become quick", () => {
    const run = chosen();
    workOn(run, slowLink);
    expect(run.state.codec).toBe("int8");
    const effects = workOn(run, { fp32: 0.2, int8: 0.05 }, 20);
    expect(run.state.codec).not.toBe("int8");
    expect(updateCodecs(effects).at(-1)).toBe(run.state.codec);
  });

  test("is what people asked for where they did", () => {
    const run = chosen({ codec: "fp16", downCodec: "int8" });
    const effects = workOn(run, slowLink);
    expect(new Set(leaseCodecs(effects))).toEqual(new Set(["fp16"]));
    expect(new Set(updateCodecs(effects))).toEqual(new Set(["int8"]));
  });

  test("begins in int8 where the links are known to be slow for so many parameters", () => {
    const run = new LocalRun(choosing);
    const join = (peer: number) => {
      run.join(peer);
      for (let probe = 0; probe < 5; probe++) {
        run.now += probe < 3 ? 60 : 2000;
        run.say(peer, { type: "probed", probe, padding: new Uint8Array(probe === 4 ? 64 * 1024 : 0) });
      }
      run.ready(peer);
    };
    join(1);
    expect(run.state.codec).toBe("int8");
    // After a restart nobody's pace is known either, and the version is another.
    run.state = { ...run.state, codec: "fp32", version: 7 };
    run.handle({ type: "disconnected", peer: 1, reason: "closed" });
    join(2);
    expect(run.state.codec).toBe("int8");
  });
});
