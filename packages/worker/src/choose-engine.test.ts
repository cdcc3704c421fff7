import { createReferenceEngine, EngineError } from "@convoy/engine";
import { describe, expect, test } from "vitest";
import { chooseEngine, type EngineCandidate, type EngineRemark } from "./choose-engine.ts";
import { changedEngine, reference, tinyTask } from "./test-engines.ts";

/** Chooses, and keeps every list of remarks that was told on the way. */
async function choose(...candidates: EngineCandidate[]) {
  const told: (readonly EngineRemark[])[] = [];
  const choice = await chooseEngine(tinyTask, candidates, null, {
    onTrial: () => {},
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

  test("[K8] says that none is left, with every reason", async () => {
    const { engine, remarks } = await choose(wrong, wrong);
    expect(engine).toBeNull();
    expect(remarks).toHaveLength(2);
    expect((await choose()).engine).toBeNull();
  });
});
