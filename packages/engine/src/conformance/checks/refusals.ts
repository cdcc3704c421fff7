/** What cannot be computed is refused, and the engine goes on. */
import type { Batch, Engine } from "../../engine.ts";
import { type ConformanceCheck, compute, computeByReference, withEngine } from "../conformance-check.ts";
import { smallNetwork } from "../networks.ts";
import { type Problem, randomProblem } from "../problem.ts";
import { requireRefusal } from "../require-refusal.ts";
import { requireSameGradient } from "../tolerances.ts";

const impossibleCalls: ConformanceCheck = {
  name: "wrong lengths and labels are refused",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 4);
    const { batch } = problem;
    const impossible: readonly [string, Batch][] = [
      ["a label that names no class", { ...batch, labels: Uint8Array.of(0, 1, smallNetwork.classCount, 2) }],
      ["a label too few", { ...batch, labels: batch.labels.subarray(1) }],
      ["a pixel too few", { ...batch, pixels: batch.pixels.subarray(1) }],
      ["a pixel too many", { ...batch, pixels: new Uint8Array(batch.pixels.length + 1) }],
      ["a batch of no samples", { count: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0) }],
    ];
    await withEngine(factory, problem, async (engine) => {
      for (const [what, wrong] of impossible) {
        await requireRefusal(`computeGradient took ${what}`, () => compute(engine, { ...problem, batch: wrong }));
        await requireRefusal(`evaluate took ${what}`, () => engine.evaluate(wrong));
      }
      const short = new Float32Array(problem.layout.length - 1);
      await requireRefusal("computeGradient took a gradient that is too short", () =>
        engine.computeGradient(batch, short),
      );
      await requireRefusal("setParameters took a vector that is too short", async () => engine.setParameters(short));
      requireSameGradient(problem.layout, await compute(engine, problem), await computeByReference(problem));
    });
  },
};

const noParameters: ConformanceCheck = {
  name: "no gradient before the first parameters",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 4);
    const engine = await factory(problem.task);
    try {
      await requireRefusals(engine, problem, "without parameters");
    } finally {
      engine.dispose();
    }
  },
};

const noCallAfterTheEnd: ConformanceCheck = {
  name: "no call after the end",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 4);
    const engine = await factory(problem.task);
    engine.setParameters(problem.parameters);
    engine.dispose();
    await requireRefusals(engine, problem, "after it was disposed of");
  },
};

async function requireRefusals(engine: Engine, problem: Problem, when: string): Promise<void> {
  await requireRefusal(`computeGradient worked ${when}`, () => compute(engine, problem));
  await requireRefusal(`evaluate worked ${when}`, () => engine.evaluate(problem.batch));
}

export const refusalChecks: readonly ConformanceCheck[] = [impossibleCalls, noParameters, noCallAfterTheEnd];
