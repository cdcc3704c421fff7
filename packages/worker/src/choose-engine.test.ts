import { createReferenceEngine, EngineError } from "@convoy/engine";
import { afterEach, describe, expect, test, vi } from "vitest";
import { chooseEngine } from "./choose-engine.ts";
import type { EngineCandidate, EngineRemark } from "./engine-candidate.ts";
import { Gate } from "./test-coordinator.ts";
import { changedEngine, reference, tinyLayout, tinyTask } from "./test-engines.ts";

/** Chooses, and keeps every list of remarks that was told on the way. */
function choose(...candidates: EngineCandidate[]) {
  return chooseFor({ exact: false, fingerprint: null }, candidates);
}

async function chooseFor(wish: { exact: boolean; fingerprint: string | null }, candidates: EngineCandidate[]) {
  const told: (readonly EngineRemark[])[] = [];
  const choice = await chooseEngine(tinyTask, candidates, wish, {
    onTrial: () => {},
    onProgress: () => {},
    onRemarks: (remarks) => told.push(remarks),
  });
  expect(told.at(-1) ?? []).toEqual(choice.remarks);
  return { ...choice, told };
}

/** As the reference, with a gradient of zeros. */
const wrong: EngineCandidate = {
  name: "wrong",
  create: async (task) => {
    const engine = await createReferenceEngine(task);
    const { identity } = engine;
    return {
      identity,
      setParameters: (parameters) => engine.setParameters(parameters),
      async computeGradient(batch, gradient) {
        gradient.fill(0);
        return engine.evaluate(batch);
      },
      evaluate: (batch) => engine.evaluate(batch),
      dispose: () => engine.dispose(),
    };
  },
};

describe("the choice of an engine", () => {
  test("[K2] takes the first candidate that proves itself", async () => {
    const never = { name: "never", create: () => Promise.reject(new Error("nobody should ask")) };
    const { engine, remarks } = await choose(reference, never);
    expect(engine?.identity.name).toBe("reference");
    expect(remarks).toEqual([]);
  });

  test("[K2] tells how well and how quickly it did so", async () => {
    const choice = await choose(reference);
    if (choice.engine === null) throw new Error("the reference engine proves itself");
    expect(choice.proof.largestError).toBeLessThan(1e-6);
    expect(choice.proof.durationMs).toBeGreaterThan(0);
  });

  test("skips each that is unsuitable, wrong, or cannot be made, with the reason as it happens", async () => {
    const unsuitable: EngineCandidate = { ...reference, name: "slow", unsuitable: async () => "It would be slow." };
    const missing = { name: "missing", create: () => Promise.reject(new EngineError("There is no GPU.")) };
    const { engine, remarks, told } = await choose(unsuitable, missing, wrong, reference);
    expect(engine?.identity.name).toBe("reference");
    expect(remarks.map((remark) => remark.engine)).toEqual(["slow", "missing", "wrong"]);
    expect(remarks.map((remark) => remark.sentence)).toEqual([
      "It would be slow.",
      expect.stringContaining("There is no GPU."),
      expect.stringContaining("gradient of zeros"),
    ]);
    expect(told.map((list) => list.length)).toEqual([1, 2, 3]);
  });

  test("asks a candidate first whether it is suitable", async () => {
    const suitable: EngineCandidate = { ...reference, unsuitable: async () => null };
    expect((await choose(suitable)).engine).not.toBeNull();
  });

  test("skips one whose suitability cannot be found out", async () => {
    const broken: EngineCandidate = {
      ...reference,
      unsuitable: () => Promise.reject(new Error("The driver crashed.")),
    };
    const { engine, remarks } = await choose(broken, reference);
    expect(engine).not.toBeNull();
    expect(remarks).toEqual([{ engine: "reference", sentence: "The driver crashed." }]);
  });

  test("skips one that solves the stored problem but not the task, and frees it", async () => {
    const record = { made: 0, disposed: 0 };
    const failing = changedEngine(
      () => ({ computeGradient: () => Promise.reject(new EngineError("Out of memory.")) }),
      record,
    );
    const { engine, remarks } = await choose({ name: "failing", create: failing }, reference);
    expect(engine).not.toBeNull();
    expect(remarks).toEqual([{ engine: "failing", sentence: "Out of memory." }]);
    expect(record).toEqual({ made: 1, disposed: 1 });
  });

  describe("when a candidate never answers", () => {
    afterEach(() => void vi.useRealTimers());

    test.each<[string, (gate: Gate) => EngineCandidate]>([
      ["whether it suits", (gate) => ({ ...reference, unsuitable: () => gate.pass().then(() => null) })],
      [
        "the self-test",
        (gate) => ({ ...reference, create: (task) => gate.pass().then(() => createReferenceEngine(task)) }),
      ],
      [
        "its first batch",
        (gate) => ({ ...reference, create: changedEngine(() => ({ computeGradient: () => gate.pass() as never })) }),
      ],
    ])("[K17] about %s, goes on to the next after three minutes", async (_, hanging) => {
      vi.useFakeTimers();
      let chosen = false;
      const choosing = choose({ ...hanging(new Gate()), name: "hanging" }, reference).finally(() => {
        chosen = true;
      });
      await vi.advanceTimersByTimeAsync(179_999);
      expect(chosen).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      const choice = await choosing;
      expect(choice.engine).not.toBeNull();
      expect(choice.remarks).toEqual([{ engine: "hanging", sentence: "It gave no answer for 3 minutes." }]);
    });

    test("[K17] frees the engine that comes too late", async () => {
      vi.useFakeTimers();
      const gate = new Gate();
      const record = { made: 0, disposed: 0 };
      const create = changedEngine(
        ({ computeGradient }) => ({ computeGradient: (...args) => gate.pass().then(() => computeGradient(...args)) }),
        record,
      );
      const choosing = choose({ name: "late", create });
      await vi.advanceTimersByTimeAsync(180_000);
      expect((await choosing).engine).toBeNull();
      expect(record).toEqual({ made: 1, disposed: 0 });
      gate.open();
      await vi.advanceTimersByTimeAsync(0);
      expect(record).toEqual({ made: 1, disposed: 1 });
    });
  });

  test("[K8] says that none is left, with every reason", async () => {
    const { engine, remarks } = await choose(wrong, wrong);
    expect(engine).toBeNull();
    expect(remarks).toHaveLength(2);
    expect((await choose()).engine).toBeNull();
  });
});

describe("the choice of an engine for an exact run", () => {
  const exact = { exact: true, fingerprint: null };
  const everywhere: EngineCandidate = { ...reference, name: "everywhere", sameEverywhere: true };

  test("[E5] begins with those that are the same everywhere, in their order", async () => {
    const refused = (name: string) => ({ ...everywhere, name, unsuitable: async () => "No." });
    const { remarks } = await chooseFor(exact, [
      { ...refused("first"), sameEverywhere: false },
      refused("second"),
      refused("third"),
    ]);
    expect(remarks.map(({ engine }) => engine)).toEqual(["second", "third", "first"]);
    const { remarks: usual } = await choose({ ...refused("first"), sameEverywhere: false }, refused("second"));
    expect(usual.map(({ engine }) => engine)).toEqual(["first", "second"]);
  });

  test("[E3] names the bits of a rehearsal in the fingerprint", async () => {
    const first = await chooseFor(exact, [everywhere]);
    if (first.engine === null) throw new Error("the reference engine proves itself");
    expect(first.identity.fingerprint).toMatch(/^reference-1, rehearsal [0-9a-f]{8}$/);
    expect(await choose(everywhere)).toMatchObject({ identity: first.identity });
    const rounding = changedEngine(({ computeGradient }) => ({
      async computeGradient(batch, gradient) {
        const outcome = await computeGradient(batch, gradient);
        gradient[0] = (gradient[0] as number) * (1 + 2 ** -23);
        return outcome;
      },
    }));
    const other = await chooseFor(exact, [{ name: "other", create: rounding }]);
    expect(other).toMatchObject({ identity: { fingerprint: expect.stringMatching(/^reference-1, rehearsal /) } });
    expect(other).not.toMatchObject({ identity: first.identity });
  });

  test("[K15] takes the one that the run is bound to, and no other", async () => {
    const record = { made: 0, disposed: 0 };
    const candidate = { name: "counted", create: changedEngine(() => ({}), record) };
    const fingerprint = "tfjs-wasm 4.22.0, rehearsal 00000000";
    const { engine, remarks } = await chooseFor({ exact: true, fingerprint }, [candidate]);
    expect(engine).toBeNull();
    expect(remarks).toEqual([{ engine: "counted", sentence: expect.stringContaining(`bound to (${fingerprint})`) }]);
    expect(record).toEqual({ made: 1, disposed: 1 });
    const bound = await chooseFor(exact, [everywhere]);
    if (bound.engine === null) throw new Error("the reference engine proves itself");
    expect(await chooseFor({ exact: true, fingerprint: bound.identity.fingerprint }, [candidate])).toMatchObject({
      identity: bound.identity,
    });
  });

  test("[E3] skips one that gives other bits each time; other runs may have it", async () => {
    let calls = 0;
    const drifting = changedEngine(({ computeGradient }) => ({
      async computeGradient(batch, gradient) {
        const outcome = await computeGradient(batch, gradient);
        gradient[0] = (gradient[0] as number) * (1 + calls++ / 1000);
        return outcome;
      },
    }));
    const candidate = { name: "drifting", create: drifting };
    const { engine, remarks } = await chooseFor(exact, [candidate]);
    expect(engine).toBeNull();
    expect(remarks[0]?.sentence).toContain("other bits each time");
    expect((await choose(candidate)).engine).not.toBeNull();
  });

  test("[E4] computes shard by shard; for other runs, a lease at once", async () => {
    const counts: number[] = [];
    const create = changedEngine(({ evaluate }) => ({
      evaluate(batch) {
        counts.push(batch.count);
        return evaluate(batch);
      },
    }));
    const batch = { count: 19, pixels: new Uint8Array(19 * 16), labels: new Uint8Array(19) };
    for (const isExact of [true, false]) {
      const { engine } = await chooseFor({ exact: isExact, fingerprint: null }, [{ name: "listening", create }]);
      engine?.setParameters(new Float32Array(tinyLayout.length));
      await engine?.evaluate(batch);
    }
    expect(counts).toEqual([8, 8, 3, 19]);
  });
});
