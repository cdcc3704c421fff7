import { epochOrder } from "@convoy/datasets";
import { EngineError } from "@convoy/engine";
import type { ConvolutionLayer, Layer } from "@convoy/models";
import { PROTOCOL_VERSION, readPredictions } from "@convoy/protocol";
import { addVectors } from "@convoy/vectors";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Gate, RUN, TestCoordinator } from "./test-coordinator.ts";
import {
  changedEngine,
  reference,
  referenceGradient,
  tinyLayout,
  tinyParameters,
  tinyRecipe,
  tinySample,
} from "./test-engines.ts";

afterEach(() => void vi.useRealTimers());

/** A worker whose first gradient waits at a gate. `hurried`: with timers in the test's hands. */
async function heldUpWorker({ hurried = false } = {}) {
  if (hurried) vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const gate = new Gate();
  let isFirst = true;
  const record = { made: 0, disposed: 0 };
  const create = changedEngine(
    ({ computeGradient }) => ({
      async computeGradient(batch, gradient) {
        // The warm-up has eight samples.
        if (isFirst && batch.count !== 8) {
          isFirst = false;
          await gate.pass();
        }
        return computeGradient(batch, gradient);
      },
    }),
    record,
  );
  const coordinator = await new TestCoordinator([{ name: "held up", create }]).begin();
  coordinator.lease(1, [1, 2, 3]);
  coordinator.network.flush();
  coordinator.answerSamples();
  await coordinator.until(() => gate.waiting === 1);
  return { coordinator, gate, record };
}

describe("from handshake to contribution", () => {
  test("[K1] [K2] it joins, proves its engine and says what it is", async () => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.network.flush();
    expect(coordinator.heard.map((message) => message.type)).toEqual(["join", "proving", "ready"]);
    expect(coordinator.heard[1]).toEqual({ type: "proving", engine: "reference" });
    expect(coordinator.heard[0]).toEqual({
      type: "join",
      protocol: PROTOCOL_VERSION,
      name: "Test",
      device: "Node",
      token: null,
    });
    expect(coordinator.newest("ready").engine.name).toBe("reference");
    expect(coordinator.status).toMatchObject({
      phase: "waiting",
      name: "Test 1",
      recipeTitle: "Tiny",
      datasetTitle: "Drawn",
      engine: { name: "reference" },
    });
    expect([...new Set(coordinator.statuses.map((status) => status.phase))]).toEqual([
      "connecting",
      "proving",
      "waiting",
    ]);
  });

  test("[K13] the frame of a contribution holds the gradient of the lease, summed over its samples", async () => {
    const coordinator = await new TestCoordinator().begin();
    const samples = [12, 5, 59_999, 7];
    coordinator.lease(1, samples);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    const expected = await referenceGradient(tinyParameters(), samples);
    const { frame, lossSum, correctCount, computeMs } = coordinator.contribution();
    expect(frame).toEqual({ run: RUN, version: 0, lease: 1, vector: expected.gradient });
    expect({ lossSum, correctCount }).toEqual({ lossSum: expected.lossSum, correctCount: expected.correctCount });
    expect(computeMs).toBeGreaterThanOrEqual(0);
    expect(expected.gradient.some((value) => value !== 0)).toBe(true);
  });

  test("[K13] pictures smaller than the network's input come as they are, and are padded here", async () => {
    const [convolution, ...others] = tinyRecipe.model.layers as [ConvolutionLayer, ...Layer[]];
    const padded = {
      ...tinyRecipe,
      preprocessing: { ...tinyRecipe.preprocessing, imageShape: [4, 4, 1] as const, pad: 1 },
      model: {
        ...tinyRecipe.model,
        inputShape: [6, 6, 1] as const,
        layers: [{ ...convolution, stride: 2 }, ...others],
      },
    };
    const coordinator = new TestCoordinator();
    coordinator.network.flush();
    coordinator.welcome({ recipe: JSON.parse(JSON.stringify(padded)) });
    coordinator.sendParameters(0);
    await coordinator.until(() => coordinator.status.phase === "waiting");
    coordinator.lease(1, [3, 1]);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    const expected = await referenceGradient(tinyParameters(), [3, 1], padded);
    expect(coordinator.contribution().frame.vector).toEqual(expected.gradient);
  });

  test("[K13] each contribution has the gradient of its own lease and version", async () => {
    const coordinator = await new TestCoordinator().begin();
    for (const [lease, samples, seed] of [
      [1, [1, 2], 1],
      [2, [3, 4, 5], 1],
      [3, [6], 2],
    ] as const) {
      if (seed === 2) coordinator.sendParameters(1, tinyParameters(2));
      coordinator.lease(lease, [...samples], { version: seed - 1 });
      coordinator.network.flush();
      coordinator.answerSamples();
      await coordinator.until(() => coordinator.all("contribution").length === lease);
      const expected = await referenceGradient(tinyParameters(seed), samples);
      expect(coordinator.contribution().frame).toEqual({
        run: RUN,
        version: seed - 1,
        lease,
        vector: expected.gradient,
      });
    }
  });

  test("[E4] for an exact run they are added shard by shard, by an engine with the bits of its rehearsal in its name", async () => {
    const coordinator = new TestCoordinator();
    coordinator.network.flush();
    coordinator.welcome({ exact: true });
    await coordinator.until(() => coordinator.all("ready").length === 1);
    expect(coordinator.newest("ready").engine.fingerprint).toMatch(/^reference-1, rehearsal [0-9a-f]{8}$/);
    coordinator.sendParameters(0);
    const samples = Array.from({ length: 21 }, (_, i) => 7 * i);
    coordinator.lease(1, samples);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    const [first, second, third] = await Promise.all(
      [samples.slice(0, 8), samples.slice(8, 16), samples.slice(16)].map((shard) =>
        referenceGradient(tinyParameters(), shard),
      ),
    );
    if (first === undefined || second === undefined || third === undefined) throw new Error("there are three shards");
    const { frame, lossSum } = coordinator.contribution();
    expect(frame.vector).toEqual(addVectors(addVectors(first.gradient, second.gradient), third.gradient));
    expect(lossSum).toBe(first.lossSum + second.lossSum + third.lossSum);
  });

  test("[K6] an evaluation is sent without a gradient, with what became of each sample", async () => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.lease(4, [1, 2, 3], { kind: "evaluate", split: "test" });
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("evaluation").length === 1);
    const { lossSum, correctCount } = await referenceGradient(tinyParameters(), [1, 2, 3]);
    const evaluation = coordinator.newest("evaluation");
    expect(evaluation).toMatchObject({ lease: 4, version: 0 });
    const parsed = readPredictions(evaluation.predictions, 3, 3);
    if (!parsed.ok) throw new Error(parsed.sentence);
    const { classes, losses } = parsed.predictions;
    expect(classes.filter((named, place) => named === tinySample(place + 1).label)).toHaveLength(correctCount);
    expect(losses.reduce((sum, loss) => sum + loss, 0)).toBeCloseTo(lossSum, 5);
    expect(coordinator.all("contribution")).toEqual([]);
  });

  test("[K3] a sample is asked for once, and in one message with all others that are missing", async () => {
    const coordinator = await new TestCoordinator().begin();
    for (const [lease, samples] of [
      [1, [1, 2, 3, 4]],
      [2, [3, 4, 5, 6]],
      [3, [6, 1, 5, 2]],
    ] as const) {
      coordinator.lease(lease, [...samples]);
      coordinator.network.flush();
      if (lease < 3) coordinator.answerSamples();
      await coordinator.until(() => coordinator.all("contribution").length === lease);
    }
    expect(coordinator.all("request-samples").map((message) => message.samples)).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
    const expected = await referenceGradient(tinyParameters(), [6, 1, 5, 2]);
    expect(coordinator.contribution().frame.vector).toEqual(expected.gradient);
  });

  test("[K19] what was named ahead came while it computed, and is not asked for again", async () => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.lease(1, [1, 2], { ahead: [2, 5, 6] });
    coordinator.network.flush();
    const requests = coordinator.all("request-samples");
    expect(requests.map(({ samples }) => samples)).toEqual([
      [1, 2],
      [2, 5, 6],
    ]);
    for (const request of requests) coordinator.answerSamples(request);
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    coordinator.lease(2, [5, 6]);
    await coordinator.until(() => coordinator.all("contribution").length === 2);
    expect(coordinator.all("request-samples")).toHaveLength(2);
    const expected = await referenceGradient(tinyParameters(), [5, 6]);
    expect(coordinator.contribution().frame).toMatchObject({ lease: 2, vector: expected.gradient });
  });

  test("[K24] what it is told of the next stretch comes while it computes, and is not asked for again", async () => {
    const coordinator = await new TestCoordinator().begin();
    const lend = (lease: number, position: number) => {
      const stretch = { position, sampleCount: 3, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
      coordinator.lease(lease, [], { stretch, draws: { seed: 7, epoch: 2 } });
    };
    const order = epochOrder(7, 2, 60_000);
    lend(1, 0);
    coordinator.say({ type: "next-stretch", lease: 1, epoch: 2, position: 2, sampleCount: 4, step: 9, mayBegin: 0 });
    coordinator.network.flush();
    const requests = coordinator.all("request-samples");
    expect(requests.map(({ samples }) => samples)).toEqual([[...order.slice(0, 3)], [...order.slice(3, 6)]]);
    for (const request of requests) coordinator.answerSamples(request);
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    lend(2, 3);
    await coordinator.until(() => coordinator.all("contribution").length === 2);
    expect(coordinator.all("request-samples")).toHaveLength(2);
  });

  test("[K25] it goes on with the stretch that was announced, and is done with the rest when that is lent", async () => {
    const draws = { seed: 7, epoch: 2 };
    const lend = (lease: number, position: number) => {
      const stretch = { position, sampleCount: 64, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
      coordinator.lease(lease, [], { stretch, draws });
    };
    const asked: number[][] = [];
    const create = changedEngine(({ computeGradient }) => ({
      computeGradient(batch, gradient) {
        if (batch.draws?.epoch === 2) asked.push([...batch.draws.samples]);
        return computeGradient(batch, gradient);
      },
    }));
    const coordinator = await new TestCoordinator([{ name: "watched", create }]).begin();
    lend(1, 0);
    coordinator.say({ type: "next-stretch", lease: 1, epoch: 2, position: 64, sampleCount: 64, step: 3, mayBegin: 32 });
    coordinator.network.flush();
    for (const request of coordinator.all("request-samples")) coordinator.answerSamples(request);
    await coordinator.until(() => asked.length === 3);
    coordinator.network.flush();
    // Nothing is lent yet.
    expect(coordinator.all("contribution")).toHaveLength(1);
    const order = epochOrder(7, 2, 60_000);
    expect(asked).toEqual([0, 32, 64].map((start) => [...order.slice(start, start + 32)]));
    lend(2, 64);
    await coordinator.until(() => coordinator.all("contribution").length === 2);
    expect(asked.slice(3)).toEqual([[...order.slice(96, 128)]]);
    expect(coordinator.contribution().headStartMs).toBeGreaterThan(0);
    expect(coordinator.contribution().stepLosses).toHaveLength(2);
  });

  test.each([
    ["of another epoch", { epoch: 4, position: 0 }],
    ["beyond the training set", { epoch: 2, position: 59_999 }],
  ])("[K24] a next stretch %s ends the worker with a sentence", async (_, change) => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.lease(1, [1], { draws: { seed: 7, epoch: 2 } });
    coordinator.say({ type: "next-stretch", lease: 9, sampleCount: 4, step: 9, mayBegin: 4, ...change } as {
      type: string;
    });
    expect(coordinator.status.phase).not.toBe("failed");
    coordinator.say({ type: "next-stretch", lease: 1, sampleCount: 4, step: 9, mayBegin: 4, ...change } as {
      type: string;
    });
    expect(coordinator.status.sentence).toBe("The coordinator named samples that the training set does not have.");
  });

  test("[K12] it shows what was counted and what was refused", async () => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.say({ type: "counted", lease: 1, sampleCount: 32 });
    const refusal = { reason: "not-finite", sentence: "No number.", lease: 2 } as const;
    coordinator.say({ type: "refused", refusal });
    expect(coordinator.status).toMatchObject({ samples: 32, leases: 1, lastRefusal: "No number.", phase: "waiting" });
  });
});

describe("what is damaged on its way", () => {
  test.each([
    ["parameters of another run", (to: TestCoordinator) => to.sendParameters(1, tinyParameters(), "ffffffffffffffff")],
    ["parameters of another length", (to: TestCoordinator) => to.sendParameters(1, new Float32Array(3))],
    [
      "damaged parameters",
      (to: TestCoordinator) => to.say({ type: "parameters", frame: new Uint8Array(200) } as { type: string }),
    ],
  ])("[K4] after %s, the lease is given back", async (_, damage) => {
    const coordinator = await new TestCoordinator().begin();
    damage(coordinator);
    coordinator.lease(1, [1], { version: 1 });
    coordinator.network.flush();
    expect(coordinator.newest("return-lease")).toMatchObject({ lease: 1 });
    expect(coordinator.all("request-samples")).toEqual([]);
  });

  test("[K3] samples of the wrong size give the lease back", async () => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.lease(1, [1, 2]);
    coordinator.network.flush();
    const answer = {
      type: "samples",
      lease: 1,
      samples: [1, 2],
      compression: "none",
      pixels: new Uint8Array(31),
      labels: new Uint8Array(2),
    };
    coordinator.say(answer);
    coordinator.network.flush();
    expect(coordinator.newest("return-lease")).toMatchObject({ lease: 1, reason: "2 of its samples did not arrive" });
  });

  test.each([
    ["a malformed message", { type: "lease", lease: -1 }, '"lease"'],
    ["an unknown message", { type: "sing" }, "not understood"],
  ])("[K11] %s ends the worker with a sentence", async (_, message, words) => {
    const coordinator = await new TestCoordinator().begin();
    coordinator.say(message);
    coordinator.network.flush();
    expect(coordinator.status.phase).toBe("failed");
    expect(coordinator.status.sentence).toMatch(/^The coordinator said something this worker does not understand: /);
    expect(coordinator.status.sentence).toContain(words);
    expect(coordinator.all("decline")).toHaveLength(1);
    expect(coordinator.closed).toBe(true);
  });

  test.each([
    ["lease", (to: TestCoordinator) => to.lease(1, [1])],
    ["parameters", (to: TestCoordinator) => to.sendParameters(0)],
    [
      "samples",
      (to: TestCoordinator) =>
        to.say({
          type: "samples",
          lease: 1,
          samples: [1],
          compression: "none",
          pixels: new Uint8Array(1),
          labels: new Uint8Array(1),
        }),
    ],
  ])("[K11] %s before the welcome ends the worker", (type, say) => {
    const coordinator = new TestCoordinator();
    coordinator.network.flush();
    say(coordinator);
    expect(coordinator.status).toMatchObject({
      phase: "failed",
      sentence: `The coordinator sent "${type}" before its welcome.`,
    });
  });

  test("[K11] a recipe that this worker cannot use ends it with the field", () => {
    const coordinator = new TestCoordinator();
    coordinator.network.flush();
    coordinator.welcome({ recipe: { name: "from the future" } });
    expect(coordinator.status.phase).toBe("failed");
    expect(coordinator.status.sentence).toContain("The recipe cannot be used: name");
  });
});

describe("while it computes", () => {
  test("[K6] a revoked lease sends nothing, and the next one is computed with its own samples", async () => {
    const { coordinator, gate } = await heldUpWorker();
    coordinator.say({ type: "revoke", lease: 1 });
    coordinator.lease(2, [4, 5]);
    coordinator.network.flush();
    coordinator.answerSamples();
    gate.open();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    await coordinator.rest();
    const expected = await referenceGradient(tinyParameters(), [4, 5]);
    expect(coordinator.all("contribution")).toHaveLength(1);
    expect(coordinator.contribution().frame).toMatchObject({ lease: 2, vector: expected.gradient });
  });

  test("[K6] a coordinator that was started again is not sent what the old one asked for, though the numbers agree", async () => {
    const { coordinator, gate } = await heldUpWorker();
    coordinator.reconnect();
    coordinator.welcome({ run: "ffffffffffffffff" });
    coordinator.sendParameters(0, tinyParameters(2), "ffffffffffffffff");
    coordinator.lease(1, [8, 9]);
    coordinator.network.flush();
    gate.open();
    await coordinator.rest();
    expect(coordinator.all("contribution")).toEqual([]);
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    const expected = await referenceGradient(tinyParameters(2), [8, 9]);
    expect(coordinator.contribution().frame.vector).toEqual(expected.gradient);
  });

  test("[K5] a pause drops the lease; after resuming, the next is computed", async () => {
    const { coordinator, gate } = await heldUpWorker();
    coordinator.worker.pause();
    coordinator.network.flush();
    expect(coordinator.newest("availability").available).toBe(false);
    expect(coordinator.status.phase).toBe("paused");
    gate.open();
    await coordinator.rest();
    coordinator.worker.resume();
    coordinator.lease(2, [1, 2]);
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    expect(coordinator.contribution().frame.lease).toBe(2);
  });

  test("[K10] a stop says goodbye, closes, and frees the engine once it is idle", async () => {
    const { coordinator, gate, record } = await heldUpWorker();
    coordinator.worker.stop();
    coordinator.network.flush();
    expect(coordinator.newest("leave")).toBeDefined();
    expect(coordinator.closed).toBe(true);
    expect(coordinator.status.phase).toBe("ended");
    await coordinator.rest();
    expect(record.disposed).toBe(0);
    gate.open();
    await coordinator.until(() => record.disposed === 1);
    expect(coordinator.all("contribution")).toEqual([]);
    expect(coordinator.connectionCount).toBe(1);
  });

  test("[K8] an engine that fails gives the lease back, and the worker leaves with the reason", async () => {
    const record = { made: 0, disposed: 0 };
    const create = changedEngine(
      () => ({ evaluate: () => Promise.reject(new EngineError("The GPU was lost.")) }),
      record,
    );
    const coordinator = await new TestCoordinator([{ name: "failing", create }]).begin();
    coordinator.lease(1, [1], { kind: "evaluate" });
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.closed);
    expect(coordinator.newest("return-lease")).toMatchObject({ lease: 1, reason: "The GPU was lost." });
    expect(coordinator.newest("leave").reason).toBe("The GPU was lost.");
    expect(coordinator.status).toMatchObject({ phase: "broken", sentence: "The GPU was lost." });
    await coordinator.until(() => record.disposed === 1);
    // The page asks which engine it was.
    expect(coordinator.status.engine?.name).toBe("failing");
  });

  test("[K17] an engine that gives no answer ends the worker as one that fails", async () => {
    const { coordinator } = await heldUpWorker({ hurried: true });
    await vi.advanceTimersByTimeAsync(299_999);
    expect(coordinator.status.phase).toBe("working");
    await vi.advanceTimersByTimeAsync(1);
    await coordinator.until(() => coordinator.closed);
    const sentence = "The engine reference gave no answer for 5 minutes.";
    expect(coordinator.newest("return-lease")).toMatchObject({ lease: 1, reason: sentence });
    expect(coordinator.newest("leave").reason).toBe(sentence);
    expect(coordinator.status).toMatchObject({ phase: "broken", sentence });
  });

  test("[K16] an engine that gives no numbers again and again ends the worker", async () => {
    const coordinator = await new TestCoordinator().begin();
    for (const lease of [1, 2, 3]) {
      expect(coordinator.status.phase).toBe("waiting");
      coordinator.say({ type: "refused", refusal: { reason: "not-finite", sentence: "No number.", lease } });
    }
    coordinator.network.flush();
    expect(coordinator.status).toMatchObject({
      phase: "broken",
      sentence: "What reference computed was not a number, 3 times in a row.",
    });
    expect(coordinator.closed).toBe(true);
  });

  test("[K6] a loss and a gradient that are no numbers are sent as they are, for the coordinator to refuse", async () => {
    const create = changedEngine(() => ({
      async computeGradient(_batch, gradient) {
        gradient.fill(Number.NaN);
        return { lossSum: Number.NaN, correctCount: 0 };
      },
    }));
    const coordinator = await new TestCoordinator([{ name: "diverging", create }]).begin();
    coordinator.lease(1, [1]);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    expect(coordinator.contribution()).toMatchObject({ lossSum: null, correctCount: 0 });
    expect(coordinator.contribution().frame.vector.every(Number.isNaN)).toBe(true);
  });
});

describe("the engine", () => {
  test("[K8] that no candidate can give ends the worker with every reason", async () => {
    const missing = { name: "webgpu", create: () => Promise.reject(new EngineError("There is no GPU.")) };
    const coordinator = new TestCoordinator([missing]);
    coordinator.network.flush();
    coordinator.welcome();
    await coordinator.until(() => coordinator.closed);
    expect(coordinator.newest("decline").reason).toContain("webgpu: ");
    expect(coordinator.status.sentence).toMatch(/^No engine can train on this device\. webgpu: .*There is no GPU\.$/);
    expect(coordinator.status.engineRemarks).toHaveLength(1);
  });

  test("[K2] is kept over a reconnection, and so are the samples", async () => {
    const record = { made: 0, disposed: 0 };
    const coordinator = await new TestCoordinator([
      { ...reference, create: changedEngine(() => ({}), record) },
    ]).begin();
    coordinator.lease(1, [1, 2]);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    coordinator.reconnect();
    expect(coordinator.status.phase).toBe("waiting");
    coordinator.welcome();
    coordinator.network.flush();
    expect(coordinator.all("ready")).toHaveLength(2);
    coordinator.sendParameters(5);
    coordinator.lease(2, [2, 1], { version: 5 });
    await coordinator.until(() => coordinator.all("contribution").length === 2);
    expect(coordinator.all("request-samples")).toHaveLength(1);
    expect(record).toEqual({ made: 1, disposed: 0 });
  });

  test("[K2] of a recipe that was replaced while it proved itself is freed, and the other one used", async () => {
    const gates = [new Gate(), new Gate()];
    const record = { made: 0, disposed: 0 };
    const changed = changedEngine(() => ({}), record);
    const held: EngineHold[] = [];
    const coordinator = new TestCoordinator([
      {
        name: "slow",
        create: async (task) => {
          if (task.model.name !== "self-test") {
            const gate = gates[held.length] as Gate;
            held.push({ model: task.model.name });
            await gate.pass();
          }
          return changed(task);
        },
      },
    ]);
    coordinator.network.flush();
    coordinator.welcome();
    await coordinator.until(() => held.length === 1);
    const other = { ...tinyRecipe, name: "other", model: { ...tinyRecipe.model, name: "other" } };
    coordinator.welcome({ recipe: JSON.parse(JSON.stringify(other)) });
    await coordinator.until(() => held.length === 2);
    // The first is done last.
    gates[1]?.open();
    await coordinator.until(() => coordinator.all("ready").length === 1);
    gates[0]?.open();
    await coordinator.until(() => record.disposed === 1);
    expect(held.map(({ model }) => model)).toEqual(["tiny", "other"]);
    coordinator.sendParameters(0);
    coordinator.lease(1, [1]);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    expect(coordinator.contribution().frame.vector).toHaveLength(tinyLayout.length);
    expect(record).toEqual({ made: 2, disposed: 1 });
  });

  test("[K10] that is proven after the worker has left is freed", async () => {
    const record = { made: 0, disposed: 0 };
    const coordinator = new TestCoordinator([{ name: "late", create: changedEngine(() => ({}), record) }]);
    coordinator.network.flush();
    coordinator.welcome();
    coordinator.worker.stop();
    await coordinator.until(() => record.disposed === 1);
    expect(coordinator.all("ready")).toEqual([]);
  });
});

interface EngineHold {
  readonly model: string;
}
