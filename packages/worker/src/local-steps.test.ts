import { createReferenceEngine, FlatStepper, type Stepper } from "@convoy/engine";
import { createOptimizer, type OptimizerState } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";
import { describe, expect, test } from "vitest";
import { type LocalEngine, LocalSteps } from "./local-steps.ts";
import { tinyBatch, tinyParameters, tinyRecipe } from "./test-engines.ts";

const TRAIN_COUNT = 64;
const recipe: Recipe = {
  ...tinyRecipe,
  batchSize: 4,
  optimizer: { type: "sgd", learningRate: 0.05, momentum: 0.9 },
  schedule: { type: "step", everyEpochs: 1, factor: 0.5 },
};
const adam: Recipe = {
  ...recipe,
  optimizer: { type: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};
const stretch = { position: 0, sampleCount: 8, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };

const engineFor = ({ model, preprocessing }: Recipe) => createReferenceEngine({ model, preprocessing });

/** The reference with steppers of its own, as on a device; what they are asked for is told. */
async function deviceFor(
  used: Recipe,
  onStepper: (stepper: Stepper, state: OptimizerState | undefined) => void = () => {},
): Promise<LocalEngine> {
  const engine = await engineFor(used);
  return {
    identity: engine.identity,
    setParameters: (parameters) => engine.setParameters(parameters),
    computeGradient: () => Promise.reject(new Error("Nobody asks a device with steppers for a gradient.")),
    async createStepper(optimizer, state) {
      const stepper = new FlatStepper(engine, optimizer, tinyParameters().length, state);
      onStepper(stepper, state);
      return stepper;
    },
  };
}

/** What one process has after these batches of samples: parameters, and the loss of each step. */
async function trainedAlone(used: Recipe, batches: readonly (readonly number[])[]) {
  const engine = await engineFor(used);
  const parameters = tinyParameters().slice();
  const gradient = new Float32Array(parameters.length);
  const optimizer = createOptimizer(used, TRAIN_COUNT / used.batchSize, parameters.length);
  const losses: number[] = [];
  for (const [index, samples] of batches.entries()) {
    engine.setParameters(parameters);
    losses.push((await engine.computeGradient(tinyBatch(samples), gradient)).lossSum);
    optimizer.step(parameters, gradient, { step: index + 1, sampleCount: samples.length }, parameters);
  }
  return { parameters, losses };
}

const minus = (left: Float32Array, right: Float32Array) => left.map((value, i) => value - (right[i] as number));
const always = () => true;
const apart = { draws: null, turn: 0, cameAt: 0 };

describe("[K20] steps that a worker takes by itself", () => {
  test.each([
    ["momentum", recipe, engineFor],
    ["Adam", adam, engineFor],
    ["momentum on the device", recipe, deviceFor],
    ["Adam on the device", adam, deviceFor],
  ])("over two stretches are those of one process, with %s", async (_, used, create) => {
    const engine = await create(used);
    const steps = new LocalSteps(used, TRAIN_COUNT);
    const before = tinyParameters();
    const alone = await trainedAlone(used, [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
      [12, 13, 14],
    ]);
    const change = new Float32Array(before.length);
    const first = await steps.take(
      { engine, parameters: before, batch: tinyBatch([0, 1, 2, 3, 4, 5, 6, 7]), stretch, isInHand: always, ...apart },
      change,
    );
    const between = minus(before, change);
    const batch = tinyBatch([8, 9, 10, 11, 12, 13, 14]);
    const second = await steps.take(
      { engine, parameters: between, batch, stretch: { ...stretch, step: 3 }, isInHand: always, ...apart },
      change,
    );
    const after = minus(between, change);
    expect([...(first?.stepLosses ?? []), ...(second?.stepLosses ?? [])]).toEqual(
      alone.losses.map((loss) => expect.closeTo(loss, 5)),
    );
    for (const [i, value] of alone.parameters.entries()) expect(after[i]).toBeCloseTo(value, 5);
    expect(change.some((value) => Math.abs(value) > 1e-4)).toBe(true);
  });

  test("on parts of a batch are those of one process with batches as small, and each batch has one loss", async () => {
    const engine = await engineFor(adam);
    const alone = await trainedAlone(adam, [[0], [1, 2], [3], [4, 5]]);
    const [parameters, change] = [tinyParameters(), new Float32Array(tinyParameters().length)];
    const task = { engine, parameters, batch: tinyBatch([0, 1, 2, 3, 4, 5]), isInHand: always, ...apart };
    const inParts = new LocalSteps({ ...adam, batchSize: 3 }, TRAIN_COUNT);
    const outcome = await inParts.take({ ...task, stretch: { ...stretch, sampleCount: 6, stepsPerBatch: 2 } }, change);
    const [first, second, third, fourth] = alone.losses as [number, number, number, number];
    expect(outcome?.stepLosses).toEqual([first + second, third + fourth].map((loss) => expect.closeTo(loss, 5)));
    const moved = minus(parameters, change);
    for (const [i, value] of alone.parameters.entries()) expect(moved[i]).toBeCloseTo(value, 5);
  });

  test("are taken on no empty part: a batch of one sample is one step", async () => {
    const engine = await engineFor(adam);
    const alone = await trainedAlone(adam, [[0], [1], [2]]);
    const [parameters, change] = [tinyParameters(), new Float32Array(tinyParameters().length)];
    const task = { engine, parameters, batch: tinyBatch([0, 1, 2]), isInHand: always, ...apart };
    const inParts = new LocalSteps({ ...adam, batchSize: 2 }, TRAIN_COUNT);
    const outcome = await inParts.take({ ...task, stretch: { ...stretch, sampleCount: 3, stepsPerBatch: 4 } }, change);
    expect(outcome?.stepLosses).toHaveLength(2);
    const moved = minus(parameters, change);
    for (const [i, value] of alone.parameters.entries()) expect(moved[i]).toBeCloseTo(value, 5);
  });

  test("have the learning rate of the run's step, so many times", async () => {
    const rates: number[] = [];
    // With a gradient of ones and no momentum, a step moves by its rate.
    const engine: LocalEngine = {
      identity: { name: "ones", device: "none", fingerprint: "ones" },
      setParameters: () => {},
      computeGradient: async ({ count }, gradient) => {
        gradient.fill(count);
        return { lossSum: 1, correctCount: 0 };
      },
    };
    const plain: Recipe = { ...recipe, optimizer: { type: "sgd", learningRate: 0.05, momentum: 0 } };
    const parameters = new Float32Array(tinyParameters().length);
    for (const changed of [{}, { rateFactor: 3 }, { step: 17 }, { step: 9, stride: 8 }]) {
      const change = new Float32Array(parameters.length);
      const task = { engine, parameters, batch: tinyBatch([0, 1, 2, 3, 4, 5, 6, 7]), isInHand: always, ...apart };
      await new LocalSteps(plain, TRAIN_COUNT).take({ ...task, stretch: { ...stretch, ...changed } }, change);
      rates.push(change[0] as number);
    }
    // Sixteen steps are an epoch, after which the rate is halved.
    const expected = [0.1, 0.3, 0.05, 0.05 + 0.025];
    expect(rates).toEqual(expected.map((rate) => expect.closeTo(rate, 6)));
  });

  test("end between two of them when nobody waits any more", async () => {
    const engine = await engineFor(recipe);
    let asked = 0;
    const isInHand = () => ++asked < 2;
    const task = {
      engine,
      parameters: tinyParameters(),
      batch: tinyBatch([0, 1, 2, 3, 4, 5, 6, 7]),
      stretch,
      isInHand,
      ...apart,
    };
    expect(await new LocalSteps(recipe, TRAIN_COUNT).take(task, new Float32Array(tinyParameters().length))).toBeNull();
    expect(asked).toBe(2);
  });

  test.each([
    ["from flat vectors to a device", engineFor, deviceFor],
    ["from a device to flat vectors", deviceFor, engineFor],
    ["from a device to another", deviceFor, deviceFor],
  ])("go on with their moments when the engine changes %s", async (_, first, second) => {
    const steps = new LocalSteps(adam, TRAIN_COUNT);
    const [before, change] = [tinyParameters(), new Float32Array(tinyParameters().length)];
    const samples = [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ] as const;
    const alone = await trainedAlone(adam, samples);
    let parameters = before;
    for (const [index, create] of [first, second].entries()) {
      const engine = await create(adam);
      const batch = tinyBatch(samples[index] as readonly number[]);
      const at = { ...stretch, step: index + 1 };
      await steps.take({ engine, parameters, batch, stretch: at, isInHand: always, ...apart }, change);
      parameters = minus(parameters, change);
      await steps.leave(engine);
    }
    for (const [i, value] of alone.parameters.entries()) expect(parameters[i]).toBeCloseTo(value, 5);
  });

  test("begin at rest on an engine whose predecessor could not be asked", async () => {
    const states: (OptimizerState | undefined)[] = [];
    const steps = new LocalSteps(adam, TRAIN_COUNT);
    const batch = tinyBatch([0, 1, 2, 3]);
    const changes = [1, 2].map(() => new Float32Array(tinyParameters().length));
    for (const change of changes) {
      const engine = await deviceFor(adam, (_, state) => states.push(state));
      await steps.take({ engine, parameters: tinyParameters(), batch, stretch, isInHand: always, ...apart }, change);
    }
    expect(states).toEqual([undefined, undefined]);
    expect(changes[1]).toEqual(changes[0]);
  });

  test("fail as one of them does, though others are under way", async () => {
    const engine = await deviceFor(recipe, (stepper) => {
      const step = stepper.step.bind(stepper);
      stepper.step = (batch, at) => (at.step < 3 ? step(batch, at) : Promise.reject(new Error(`lost at ${at.step}`)));
    });
    const samples = Array.from({ length: 24 }, (_, i) => i);
    const task = {
      engine,
      parameters: tinyParameters(),
      batch: tinyBatch(samples),
      stretch,
      isInHand: always,
      ...apart,
    };
    const taken = new LocalSteps(recipe, TRAIN_COUNT).take(task, new Float32Array(tinyParameters().length));
    await expect(taken).rejects.toThrow("lost at 3");
  });
});
