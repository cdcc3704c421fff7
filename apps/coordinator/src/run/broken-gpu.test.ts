/** One device that begins to compute nonsense in the middle of a run, beside a good one. */
import { createReferenceEngine, type Engine, type EngineFactory } from "@convoy/engine";
import { expect, test } from "vitest";
import { differenceFrom, plainTraining, TestRun, tinySettings } from "./test-run-loop.ts";

const EPOCHS = 40;

/** The reference engine, with gradients of another kind. */
function referenceWith(change: (engine: Engine) => Engine["computeGradient"]): EngineFactory {
  return async (task) => {
    const engine = await createReferenceEngine(task);
    return {
      identity: engine.identity,
      setParameters: (parameters) => engine.setParameters(parameters),
      evaluate: (batch) => engine.evaluate(batch),
      dispose: () => engine.dispose(),
      computeGradient: change(engine),
    };
  };
}

/** Clearly the slower of the two, whatever else this machine does: so the other one is given enough to break. */
const slow = referenceWith((engine) => async (batch, gradientSum) => {
  await new Promise((resolve) => setTimeout(resolve, 3));
  return engine.computeGradient(batch, gradientSum);
});

/** Honest for so many gradients, also those of its self-test; after that all of them are finite and enormous. */
function breaksAfter(gradients: number): EngineFactory {
  let left = gradients;
  return referenceWith((engine) => async (batch, gradientSum) => {
    const outcome = await engine.computeGradient(batch, gradientSum);
    if (left-- <= 0) for (const [i, value] of gradientSum.entries()) gradientSum[i] = 1e8 * value;
    return outcome;
  });
}

test("[C14] a device that breaks is sent away, and the run is the same as without it", async () => {
  const run = new TestRun({ ...tinySettings, epochs: EPOCHS });
  run.addWorker("good", () => {}, slow);
  run.addWorker("breaks", () => {}, breaksAfter(25));
  await run.until(() => run.view.state === "finished");
  expect(run.view.workers.find(({ name }) => name === "breaks")).toMatchObject({
    state: "left",
    // Three in a row, and one more where a last result was on its way when it was sent away. Whoever breaks two batches before
    // the end of an epoch evaluates in between, rightly, and is believed anew.
    refusals: expect.toSatisfy((refusals: number) => refusals >= 3 && refusals <= 6),
  });
  expect(run.view.workers.find(({ name }) => name === "good")).toMatchObject({ refusals: 0 });
  expect(differenceFrom(await plainTraining(EPOCHS), run.plane.parameters)).toBeLessThan(1e-5);
});
