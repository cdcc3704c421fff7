import { FlatStepper } from "@convoy/engine";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { changedEngine, tinyParameters, tinyRecipe, tinyTask } from "./test-engines.ts";
import { timeEngines } from "./time-engines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const atOnce = <T>(work: () => Promise<T>) => work();

/** The reference engine, each step of which takes so long. */
const taking = (ms: number) =>
  changedEngine(({ computeGradient }) => ({
    async computeGradient(batch, gradient) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return computeGradient(batch, gradient);
    },
  }))(tinyTask);

test("an engine in use that is slow is not thought to hang, nor is another that is quicker", async () => {
  const times = timeEngines(await taking(90_000), await taking(60_000), tinyTask, 8, atOnce, null);
  times.catch(() => {});
  await vi.advanceTimersByTimeAsync(400_000);
  expect(await times).toEqual({ ownMs: 90_000, rivalMs: 60_000 });
});

test("another that takes much longer than the one in use is given up", async () => {
  const times = timeEngines(await taking(1000), await taking(60_000), tinyTask, 8, atOnce, null);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await times).toBe("It gave no answer for 20 seconds.");
});

test("where steps are taken, a step is timed as the engine takes it", async () => {
  const onDevice = await changedEngine((engine) => ({
    async createStepper(optimizer) {
      const stepper = new FlatStepper(engine, optimizer, tinyParameters().length);
      return Object.assign(stepper, {
        async step() {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return { lossSum: 1, correctCount: 0 };
        },
      });
    },
  }))(tinyTask);
  const times = timeEngines(await taking(60), onDevice, tinyTask, 8, atOnce, tinyRecipe.optimizer);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await times).toEqual({ ownMs: 60, rivalMs: 20 });
});
