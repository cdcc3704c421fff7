import type { HeadStart } from "@convoy/coordination";
import { type Batch, createReferenceEngine, type Engine } from "@convoy/engine";
import { createOptimizer } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";
import type { LeaseMessage } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { type HeadStartTask, LocalSteps } from "./local-steps.ts";
import { tinyBatch, tinyParameters, tinyRecipe, tinyTask } from "./test-engines.ts";

const recipe: Recipe = {
  ...tinyRecipe,
  batchSize: 2,
  optimizer: { type: "sgd", learningRate: 0.05, momentum: 0.9 },
};
const plain: Recipe = { ...recipe, optimizer: { type: "sgd", learningRate: 0.05, momentum: 0 } };
const draws = { seed: 7, epoch: 0 };
const first = { position: 0, sampleCount: 4, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
const second = { ...first, position: 4, sampleCount: 6, step: 3 };
/** The samples of a stretch have its positions' numbers. */
const samplesOf = ({ position, sampleCount }: typeof first) =>
  Array.from({ length: sampleCount }, (_, i) => position + i);
const headStart: HeadStart = {
  after: { stretch: first, draws } as LeaseMessage,
  next: { type: "next-stretch", lease: 1, epoch: 0, position: 4, sampleCount: 6, step: 3, mayBegin: 6 },
  stretch: second,
};

/** A worker on its own engine, which is asked for one thing after the other. */
class Ahead {
  /** The parameters where the first stretch has led. */
  own = tinyParameters();
  readonly #engine: Engine;
  readonly #steps: LocalSteps;
  #turn = 0;

  private constructor(engine: Engine, recipe: Recipe) {
    this.#engine = engine;
    this.#steps = new LocalSteps(recipe, 64);
  }

  /** Has taken the first stretch. */
  static async begin(used: Recipe = recipe): Promise<Ahead> {
    const worker = new Ahead(await createReferenceEngine(tinyTask), used);
    worker.own = (await worker.take(worker.own, first)).reached;
    return worker;
  }

  /** Takes so many steps ahead, if it may. */
  getAhead(count: number, change: Partial<HeadStartTask> = {}): Promise<void> {
    this.#turn++;
    let asked = 0;
    return this.#steps.getAhead({
      engine: this.#engine,
      turn: this.#turn,
      headStart,
      parameterCount: this.own.length,
      batchOf,
      release: (batch) => batch.pixels.fill(255),
      isWanted: () => asked++ < count,
      ...change,
    });
  }

  /** Somebody else has the engine. */
  skipTurn(): void {
    this.#turn++;
  }

  /** What comes of a stretch that is lent with these parameters, and where it leads. */
  async take(parameters: Float32Array, stretch = second, cameAt = performance.now()) {
    this.#turn++;
    const change = new Float32Array(parameters.length);
    const batch = tinyBatch(samplesOf(stretch));
    const task = {
      engine: this.#engine,
      turn: this.#turn,
      stretch,
      draws,
      cameAt,
      parameters,
      batch,
      isInHand: () => true,
    };
    const outcome = await this.#steps.take(task, change);
    return { outcome, reached: parameters.map((value, i) => value - (change[i] as number)) };
  }
}

function batchOf(start: number, end: number): Batch {
  return tinyBatch(samplesOf(second).slice(start, end));
}

/** One process after these steps, each on two samples; `shift` comes in before the step of that number. */
async function inOneProcess(used: Recipe, count: number, shift?: { before: number; by: number }) {
  const engine = await createReferenceEngine(tinyTask);
  const parameters = tinyParameters().slice();
  const gradient = new Float32Array(parameters.length);
  const optimizer = createOptimizer(used, 32, parameters.length);
  const losses: number[] = [];
  for (let step = 1; step <= count; step++) {
    if (shift?.before === step) for (let i = 0; i < parameters.length; i++) (parameters[i] as number) += shift.by;
    engine.setParameters(parameters);
    const batch = tinyBatch([2 * step - 2, 2 * step - 1]);
    losses.push((await engine.computeGradient(batch, gradient)).lossSum);
    optimizer.step(parameters, gradient, { step, sampleCount: 2 }, parameters);
  }
  return { parameters, losses };
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}

describe("[K25] steps ahead of their lease", () => {
  test.each([0, 1, 2, 3])(
    "are those of one process when nobody else has learned anything, %d of three",
    async (count) => {
      const worker = await Ahead.begin();
      await worker.getAhead(count);
      const { outcome, reached } = await worker.take(worker.own);
      const alone = await inOneProcess(recipe, 5);
      expectClose(reached, alone.parameters);
      expect(outcome?.stepLosses).toEqual(alone.losses.slice(2).map((loss) => expect.closeTo(loss, 5)));
      expect((outcome?.headStartMs ?? 0) > 0).toBe(count > 0);
    },
  );

  test("take over what the others have learned, when that comes: it is added to where they have led", async () => {
    const by = 0.125;
    const worker = await Ahead.begin();
    await worker.getAhead(2);
    const { outcome, reached } = await worker.take(worker.own.map((value) => value + by));
    const alone = await inOneProcess(recipe, 5, { before: 5, by });
    expectClose(reached, alone.parameters);
    expect(outcome?.stepLosses).toEqual(alone.losses.slice(2).map((loss) => expect.closeTo(loss, 5)));
    // It would have mattered when they come.
    const waited = await inOneProcess(recipe, 5, { before: 3, by });
    expect(waited.losses[2]).not.toBeCloseTo(alone.losses[2] as number, 3);
  });

  test("go on after a part of the test set, from where they were", async () => {
    const worker = await Ahead.begin();
    await worker.getAhead(1);
    worker.skipTurn();
    await worker.getAhead(1);
    const { outcome, reached } = await worker.take(worker.own);
    const alone = await inOneProcess(recipe, 5);
    expectClose(reached, alone.parameters);
    expect(outcome?.stepLosses).toHaveLength(3);
  });

  test.each<[string, Partial<typeof second>]>([
    ["another stretch", { position: 10 }],
    ["a shorter one", { sampleCount: 2 }],
    ["another rate", { rateFactor: 2 }],
  ])("are forgotten when %s is lent", async (_, change) => {
    const lent = { ...second, ...change };
    const [worker, waiting] = [await Ahead.begin(plain), await Ahead.begin(plain)];
    await worker.getAhead(2);
    const [taken, expected] = [await worker.take(worker.own, lent), await waiting.take(waiting.own, lent)];
    expect(taken.reached).toEqual(expected.reached);
    expect(taken.outcome).toEqual({ ...expected.outcome, begunMs: 0, headStartMs: 0 });
  });

  test("are forgotten with the stretch after them", async () => {
    const [worker, waiting] = [await Ahead.begin(plain), await Ahead.begin(plain)];
    await worker.getAhead(2);
    await worker.take(worker.own, { ...second, position: 10 });
    await waiting.take(waiting.own, { ...second, position: 10 });
    const [taken, expected] = [await worker.take(worker.own), await waiting.take(waiting.own)];
    expect(taken.reached).toEqual(expected.reached);
  });

  test.each<[string, number, number, (start: number, end: number) => Batch | null]>([
    ["may be begun", 3, 1, batchOf],
    ["has its samples", 6, 2, (start, end) => (end > 4 ? null : batchOf(start, end))],
    ["there is", 6, 3, batchOf],
  ])("are taken on as much as %s", async (_, mayBegin, count, batchOfThose) => {
    const taken: number[] = [];
    const worker = await Ahead.begin();
    await worker.getAhead(10, {
      headStart: { ...headStart, next: { ...headStart.next, mayBegin } },
      batchOf(start, end) {
        const batch = batchOfThose(start, end);
        if (batch !== null) taken.push(end);
        return batch;
      },
    });
    expect(taken).toEqual([2, 4, 6].slice(0, count));
    expectClose((await worker.take(worker.own)).reached, (await inOneProcess(recipe, 5)).parameters);
  });

  test("count as a head start until the lease comes, and as computing for it from then on", async () => {
    const worker = await Ahead.begin();
    const before = performance.now();
    await worker.getAhead(2);
    const { outcome } = await worker.take(worker.own, second, before);
    expect(outcome?.headStartMs).toBe(0);
    expect(outcome?.begunMs).toBeGreaterThan(0);
  });

  test("are forgotten when the lent stretch falls into other steps", async () => {
    const worker = await Ahead.begin();
    await worker.getAhead(2);
    // Five samples: the third step is on one.
    const { outcome } = await worker.take(worker.own, { ...second, sampleCount: 5 });
    expect(outcome?.stepLosses).toHaveLength(3);
    const cut = await Ahead.begin();
    await cut.getAhead(2);
    expect((await cut.take(cut.own, { ...second, sampleCount: 3 })).outcome?.stepLosses).toHaveLength(2);
  });

  test("are not begun where somebody else has had the engine since the last stretch", async () => {
    const worker = await Ahead.begin();
    worker.skipTurn();
    await worker.getAhead(2);
    const { outcome, reached } = await worker.take(worker.own);
    expect(outcome?.headStartMs).toBe(0);
    expectClose(reached, (await inOneProcess(recipe, 5)).parameters);
  });
});
