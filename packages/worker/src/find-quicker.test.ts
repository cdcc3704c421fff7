import { EngineError, FlatStepper } from "@convoy/engine";
import type { OptimizerState } from "@convoy/gradients";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EngineCandidate } from "./engine-candidate.ts";
import { type EngineVerdict, measuredTask } from "./engine-verdict.ts";
import { Gate, TestCoordinator } from "./test-coordinator.ts";
import { changedEngine, referenceGradient, tinyParameters, tinyRecipe } from "./test-engines.ts";

/** Moves on only when an engine computes. */
let now = 0;
beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

/** An engine whose every gradient takes so many milliseconds, and what became of those that were made for the recipe. */
function taking(name: string, ms: number, more: Partial<EngineCandidate> = {}) {
  const record = { made: 0, disposed: 0, computed: 0 };
  const create = changedEngine(
    ({ identity, computeGradient }) => ({
      identity: { ...identity, name, fingerprint: name },
      computeGradient(batch, gradient) {
        now += ms;
        record.computed++;
        return computeGradient(batch, gradient);
      },
    }),
    record,
  );
  return { record, candidate: { name, create, ...more } satisfies EngineCandidate };
}

const rival = (name: string, ms: number, more: Partial<EngineCandidate> = {}) =>
  taking(name, ms, { mayBeQuicker: true, ...more });

/** A worker that has begun with the first engine. */
async function workerWith(engines: readonly EngineCandidate[], verdicts: readonly EngineVerdict[] = []) {
  const coordinator = new TestCoordinator(engines, verdicts);
  coordinator.network.flush();
  coordinator.welcome();
  await coordinator.until(() => coordinator.all("ready").length > 0);
  coordinator.sendParameters(0);
  return coordinator;
}

let leases = 0;
/** Lets it compute a lease, and gives the contribution. */
async function lease(coordinator: TestCoordinator) {
  const before = coordinator.all("contribution").length;
  const requests = coordinator.all("request-samples").length;
  coordinator.lease(++leases, [1, 2, 3]);
  coordinator.network.flush();
  if (coordinator.all("request-samples").length > requests) coordinator.answerSamples();
  await coordinator.until(() => coordinator.all("contribution").length > before);
  return coordinator.contribution();
}

const readyWith = (coordinator: TestCoordinator) => coordinator.all("ready").map(({ engine }) => engine.name);
const verdictOf = (coordinator: TestCoordinator) => coordinator.status.verdict;

describe("a worker that has begun with one engine", () => {
  test("[K18] changes over to another that is clearly quicker, and goes on with what it has", async () => {
    const slow = taking("slow", 10);
    const quick = rival("quick", 9);
    const coordinator = await workerWith([slow.candidate, quick.candidate]);
    await coordinator.rest();
    // Nothing is tried before the first lease is done.
    expect(quick.record.made).toBe(0);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(readyWith(coordinator)).toEqual(["slow", "quick"]);
    expect(slow.record.disposed).toBe(1);
    const computed = quick.record.computed;
    const { frame } = await lease(coordinator);
    expect(quick.record.computed).toBe(computed + 1);
    expect(frame.vector).toEqual((await referenceGradient(tinyParameters(), [1, 2, 3])).gradient);
    expect(coordinator.all("request-samples")).toHaveLength(1);
    expect(coordinator.status).toMatchObject({
      engine: { name: "quick" },
      trial: null,
      engineRemarks: [],
      verdict: {
        task: measuredTask(tinyRecipe, false),
        sampleCount: tinyRecipe.batchSize,
        timings: [
          { engine: "slow", stepMs: 10 },
          { engine: "quick", stepMs: 9 },
        ],
        winner: "quick",
      },
    });
  });

  test("[K18] takes the velocity of its own steps along when it changes over", async () => {
    let state: OptimizerState | undefined;
    const quick: EngineCandidate = {
      name: "quick",
      mayBeQuicker: true,
      create: changedEngine((engine) => ({
        identity: { ...engine.identity, name: "quick", fingerprint: "quick" },
        async createStepper(optimizer, from) {
          state = from;
          return new FlatStepper(engine, optimizer, tinyParameters().length, from);
        },
      })),
    };
    const coordinator = await workerWith([taking("slow", 10).candidate, quick]);
    const position = { position: 0, sampleCount: 40, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
    const stretch = { stretch: position, draws: { seed: 1, epoch: 0 } };
    const takeStretch = async (number: number) => {
      coordinator.lease(100 + number, [], stretch);
      if (number === 1) coordinator.answerSamples();
      await coordinator.until(() => coordinator.all("contribution").length === number);
    };
    await takeStretch(1);
    await coordinator.until(() => readyWith(coordinator).includes("quick"));
    expect(state).toBeUndefined();
    await takeStretch(2);
    expect(state?.get("velocity")?.some((value) => value !== 0)).toBe(true);
  });

  test("keeps it when no other is clearly quicker, and frees those", async () => {
    const own = taking("own", 10);
    const others = [rival("alike", 9.5), rival("slower", 40)];
    const coordinator = await workerWith([own.candidate, ...others.map(({ candidate }) => candidate)]);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(readyWith(coordinator)).toEqual(["own"]);
    expect(others.map(({ record }) => record)).toMatchObject([
      { made: 1, disposed: 1 },
      { made: 1, disposed: 1 },
    ]);
    expect(verdictOf(coordinator)).toMatchObject({
      winner: "own",
      timings: [{ engine: "own" }, { engine: "alike" }, { engine: "slower", stepMs: 40 }],
    });
    await lease(coordinator);
    expect(others.every(({ record }) => record.made === 1)).toBe(true);
  });

  test("says which it tries and how far that is, and why one cannot be used", async () => {
    const { candidate } = rival("broken", 1);
    const create: EngineCandidate["create"] = async (task, onProgress) => {
      onProgress(3, 8);
      onProgress(8, 8);
      if (task.model.name === tinyRecipe.name) throw new EngineError("A shader does not compile.");
      return candidate.create(task, () => {});
    };
    const spare = rival("spare", 40, { insteadOf: "broken" });
    const coordinator = await workerWith([taking("own", 10).candidate, { ...candidate, create }, spare.candidate]);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    const trials = coordinator.statuses.flatMap(({ trial }) => (trial === null ? [] : [JSON.stringify(trial)]));
    expect([...new Set(trials)].map((trial) => JSON.parse(trial))).toEqual([
      { engine: "own", compiled: null },
      { engine: "broken", compiled: null },
      { engine: "broken", compiled: { done: 3, all: 8 } },
      { engine: "spare", compiled: null },
    ]);
    expect(coordinator.status.engineRemarks).toEqual([{ engine: "broken", sentence: "A shader does not compile." }]);
    expect(verdictOf(coordinator)?.timings.map(({ engine }) => engine)).toEqual(["own", "spare"]);
  });

  test("leaves one alone that has no room for the run's batches, and says so", async () => {
    const { candidate, record } = rival("small", 1);
    const create: EngineCandidate["create"] = async (task, onProgress) => {
      if (task.batchSize === tinyRecipe.batchSize) throw new EngineError("32 samples do not fit at once.");
      return candidate.create(task, onProgress);
    };
    const coordinator = await workerWith([taking("own", 10).candidate, { ...candidate, create }]);
    await lease(coordinator);
    await coordinator.until(() => coordinator.status.engineRemarks.length === 1);
    expect(coordinator.status.engineRemarks).toEqual([{ engine: "small", sentence: "32 samples do not fit at once." }]);
    expect(record.made).toBe(0);
  });

  test("leaves a substitute alone where what it stands for can be used", async () => {
    const spare = rival("spare", 1, { insteadOf: "better" });
    const coordinator = await workerWith([taking("own", 10).candidate, rival("better", 5).candidate, spare.candidate]);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(spare.record.made).toBe(0);
  });

  test("does not change over to the same engine under another name", async () => {
    const { candidate, record } = rival("other", 1);
    const twin = {
      ...candidate,
      create: changedEngine(({ identity }) => ({ identity: { ...identity, fingerprint: "own" } }), record),
    };
    const coordinator = await workerWith([taking("own", 10).candidate, twin]);
    await lease(coordinator);
    await coordinator.until(() => record.disposed === 1);
    await coordinator.rest();
    expect(readyWith(coordinator)).toEqual(["own"]);
    expect(verdictOf(coordinator)).toBeNull();
  });

  test("goes on with it when another fails while it is timed", async () => {
    const { candidate, record } = rival("failing", 1);
    const create = changedEngine(
      ({ identity, computeGradient }) => ({
        identity: { ...identity, fingerprint: "failing" },
        computeGradient: (batch, gradient) =>
          batch.count === tinyRecipe.batchSize
            ? Promise.reject(new EngineError("The GPU was lost."))
            : computeGradient(batch, gradient),
      }),
      record,
    );
    const coordinator = await workerWith([taking("own", 10).candidate, { ...candidate, create }]);
    await lease(coordinator);
    await coordinator.until(() => coordinator.status.engineRemarks.length === 1);
    expect(coordinator.status.engineRemarks).toEqual([{ engine: "failing", sentence: "The GPU was lost." }]);
    await lease(coordinator);
    expect(readyWith(coordinator)).toEqual(["own"]);
    expect(record).toMatchObject({ made: 1, disposed: 1 });
    expect(verdictOf(coordinator)).toBeNull();
  });

  test("[K8] leaves with the reason when its own engine fails while it is timed", async () => {
    const { record } = taking("own", 10);
    const create = changedEngine(
      ({ computeGradient }) => ({
        computeGradient: (batch, gradient) =>
          batch.count === tinyRecipe.batchSize
            ? Promise.reject(new EngineError("The memory is damaged."))
            : computeGradient(batch, gradient),
      }),
      record,
    );
    const coordinator = await workerWith([{ name: "own", create }, rival("other", 5).candidate]);
    await lease(coordinator);
    await coordinator.until(() => coordinator.closed);
    expect(coordinator.newest("leave").reason).toBe("The memory is damaged.");
    expect(coordinator.status.phase).toBe("broken");
  });

  test("lets leases be computed between the steps that are timed", async () => {
    const counts: number[] = [];
    const own = changedEngine(({ computeGradient }) => ({
      computeGradient(batch, gradient) {
        counts.push(batch.count);
        return computeGradient(batch, gradient);
      },
    }));
    const gate = new Gate();
    const other = changedEngine(({ identity, computeGradient }) => ({
      identity: { ...identity, fingerprint: "other" },
      async computeGradient(batch, gradient) {
        if (batch.count === tinyRecipe.batchSize) await gate.pass();
        return computeGradient(batch, gradient);
      },
    }));
    const coordinator = await workerWith([
      { name: "own", create: own },
      { name: "other", create: other, mayBeQuicker: true },
    ]);
    await lease(coordinator);
    await coordinator.until(() => gate.waiting === 1);
    const contribution = lease(coordinator);
    await coordinator.rest();
    gate.open();
    await contribution;
    // Rehearsal, lease, a step that is timed, lease, and the next step.
    expect(counts.slice(0, 5)).toEqual([8, 3, 32, 3, 32]);
  });

  test("tries nothing while its owner has paused it", async () => {
    const gate = new Gate();
    const { candidate, record } = rival("other", 5);
    const waiting = { ...candidate, unsuitable: () => gate.pass().then(() => null) };
    const coordinator = await workerWith([taking("own", 10).candidate, waiting]);
    await lease(coordinator);
    await coordinator.until(() => gate.waiting === 1);
    coordinator.worker.pause();
    gate.open();
    await coordinator.rest();
    expect(record).toMatchObject({ made: 1, computed: 1 });
    coordinator.worker.resume();
    await coordinator.until(() => readyWith(coordinator).includes("other"));
  });

  test("frees the other one, and keeps still, when it is stopped meanwhile", async () => {
    const gate = new Gate();
    const { candidate, record } = rival("other", 5);
    const waiting = { ...candidate, unsuitable: () => gate.pass().then(() => null) };
    const coordinator = await workerWith([taking("own", 10).candidate, waiting]);
    await lease(coordinator);
    await coordinator.until(() => gate.waiting === 1);
    coordinator.worker.stop();
    gate.open();
    await coordinator.rest();
    expect(record).toMatchObject({ made: 1, disposed: 1 });
    expect(readyWith(coordinator)).toEqual(["own"]);
    expect(coordinator.status.trial).toBeNull();
  });

  test("frees the other one when it is stopped while its owner has paused it", async () => {
    const gate = new Gate();
    const { candidate, record } = rival("other", 5);
    const waiting = { ...candidate, unsuitable: () => gate.pass().then(() => null) };
    const coordinator = await workerWith([taking("own", 10).candidate, waiting]);
    await lease(coordinator);
    await coordinator.until(() => gate.waiting === 1);
    coordinator.worker.pause();
    gate.open();
    await coordinator.until(() => record.made === 1);
    await coordinator.rest();
    coordinator.worker.stop();
    await coordinator.rest();
    expect(record).toMatchObject({ made: 1, disposed: 1 });
  });

  test("[K18] of an exact run keeps it", async () => {
    const other = rival("other", 5);
    const coordinator = new TestCoordinator([taking("own", 10).candidate, other.candidate]);
    coordinator.network.flush();
    coordinator.welcome({ exact: true });
    await coordinator.until(() => coordinator.all("ready").length === 1);
    coordinator.sendParameters(0);
    await lease(coordinator);
    await coordinator.rest();
    expect(other.record.made).toBe(0);
  });
});

describe("a worker that knows a verdict on its task", () => {
  const verdict = (winner: string): EngineVerdict => ({
    task: measuredTask(tinyRecipe, false),
    sampleCount: tinyRecipe.batchSize,
    measuredAt: 1_700_000_000_000,
    timings: [],
    winner,
  });

  test("changes over to its winner once it knows from a lease what is wanted, and measures nothing", async () => {
    // Slower by now: only measuring would tell.
    const other = rival("other", 20);
    const coordinator = await workerWith([taking("own", 10).candidate, other.candidate], [verdict("other")]);
    const first = lease(coordinator);
    await coordinator.until(() => coordinator.all("ready").length === 2);
    await first;
    expect(readyWith(coordinator)).toEqual(["own", "other"]);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(verdictOf(coordinator)).toEqual(verdict("other"));
    expect(other.record.computed).toBe(1);
  });

  test("tries nothing where it has begun with the winner", async () => {
    const other = rival("other", 5);
    const coordinator = await workerWith([taking("own", 10).candidate, other.candidate], [verdict("own")]);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    await coordinator.rest();
    expect(other.record.made).toBe(0);
  });

  test("measures the others when the winner cannot be used any more", async () => {
    const gone = { ...rival("gone", 1).candidate, unsuitable: async () => "There is no GPU any more." };
    const other = rival("other", 5);
    const coordinator = await workerWith([taking("own", 10).candidate, gone, other.candidate], [verdict("gone")]);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(verdictOf(coordinator)?.winner).toBe("other");
    expect(coordinator.status.engineRemarks).toEqual([{ engine: "gone", sentence: "There is no GPU any more." }]);
  });

  test("measures when it is on gradients, and steps are taken", async () => {
    const other = rival("other", 5);
    const coordinator = await workerWith([taking("own", 10).candidate, other.candidate], [verdict("own")]);
    const position = { position: 0, sampleCount: 40, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
    coordinator.lease(++leases, [], { stretch: position, draws: { seed: 1, epoch: 0 } });
    coordinator.answerSamples();
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(verdictOf(coordinator)).toMatchObject({ winner: "other", task: measuredTask(tinyRecipe, true) });
  });

  test("measures when it is on another task", async () => {
    const other = rival("other", 5);
    const elsewhere = { ...verdict("own"), task: "elsewhere" };
    const coordinator = await workerWith([taking("own", 10).candidate, other.candidate], [elsewhere]);
    await lease(coordinator);
    await coordinator.until(() => verdictOf(coordinator) !== null);
    expect(verdictOf(coordinator)?.winner).toBe("other");
  });
});
