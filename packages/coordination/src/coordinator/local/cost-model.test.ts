import { describe, expect, test } from "vitest";
import { policy } from "../policy.ts";
import { computingShare, expectRound, expectWith, firstCodec, type Measured, type Question } from "./cost-model.ts";

/** LeNet-5 on devices that take 5 ms for a step of 64 samples. */
const lenet: Question = {
  workers: [],
  batchSize: 64,
  current: "fp32",
  known: new Map(),
  codec: null,
  localSteps: null,
  isInParts: false,
};

/** A worker over a link as docs/network.md has them: megabits a second, milliseconds one way. */
function over({ delayMs, up, down }: { delayMs: number; up: number; down: number }, stepMs = 5): Measured {
  const [upBytesPerSecond, downBytesPerSecond] = [(up * 1e6) / 8, (down * 1e6) / 8];
  const bytes = 4 * 44_426;
  const overheadMs = 2 * delayMs + (1000 * bytes) / upBytesPerSecond + (1000 * bytes) / downBytesPerSecond;
  return {
    link: { roundTripMs: 2 * delayMs, upBytesPerSecond, downBytesPerSecond },
    stretchPace: { msPerSample: stepMs / 64, overheadMs },
  };
}

const lan = over({ delayMs: 1, up: 100, down: 100 });
const home = over({ delayMs: 30, up: 20, down: 100 });
const sameMachine: Measured = {
  link: { roundTripMs: 0.3, upBytesPerSecond: 1e9, downBytesPerSecond: 1e9 },
  stretchPace: { msPerSample: 5 / 64, overheadMs: 1.5 },
};

describe("[H10] the model of a round", () => {
  test("has the round trip of the link, and the bytes of the codec", () => {
    const fp32 = expectWith({ ...lenet, workers: [home] }, "fp32");
    expect(fp32.wayMs).toBeCloseTo(60 + 71.1 + 14.2, 0);
    const int8 = expectWith({ ...lenet, workers: [home] }, "int8");
    expect(int8.wayMs).toBeCloseTo(60 + 85.3 / (4 / (1 + 4 / 256)), 0);
  });

  test("goes on from what was measured with another codec", () => {
    const { wayMs } = expectWith({ ...lenet, workers: [home] }, "int8");
    const measured = { ...home, stretchPace: { ...home.stretchPace, overheadMs: wayMs } };
    const back = expectWith({ ...lenet, workers: [measured], current: "int8" }, "fp32");
    expect(back.wayMs).toBeCloseTo(home.stretchPace.overheadMs, 6);
  });

  test("takes the worker of middling speed", () => {
    const workers = [lan, lan, over({ delayMs: 300, up: 0.1, down: 0.1 }, 500)];
    const [all, one] = [expectRound({ ...lenet, workers }), expectRound({ ...lenet, workers: [lan] })];
    expect(all).toEqual({ ...one, localSteps: all.localSteps });
    expect(Math.abs(all.localSteps - one.localSteps)).toBeLessThan(5);
  });

  test("has so many steps that a worker with a longer way, or longer steps, takes part", () => {
    const farOff = { ...sameMachine, stretchPace: { ...sameMachine.stretchPace, overheadMs: 40 } };
    const slow = { ...sameMachine, stretchPace: { ...sameMachine.stretchPace, msPerSample: 50 / 64 } };
    for (const [other, stepMs, wayMs] of [
      [farOff, 5, 40],
      [slow, 50, 1.5],
    ] as const) {
      const expected = expectRound({ ...lenet, workers: [sameMachine, other], codec: "fp32" });
      const spanMs = expected.localSteps * expected.stepMs + expected.wayMs;
      expect(spanMs).toBeGreaterThanOrEqual(stepMs + wayMs);
    }
  });

  test("takes so many steps that the way is a small part of a round, as far as it may", () => {
    const quickWay = expectRound({ ...lenet, workers: [sameMachine] });
    expect(quickWay.localSteps).toBeGreaterThan(4);
    expect(quickWay.localSteps).toBeLessThan(10);
    expect(computingShare(quickWay)).toBeGreaterThanOrEqual(0.95);
    const fromFar = { ...lenet, workers: [over({ delayMs: 300, up: 1, down: 1 })] };
    expect(expectRound(fromFar).localSteps).toBe(policy.stretch.mostSteps);
    expect(expectRound({ ...fromFar, isInParts: true }).localSteps).toBe(policy.stretchInParts.mostSteps);
  });

  test("takes fewer where a batch is taken in parts: a larger part of a round may go to the way", () => {
    const inFp32 = { ...lenet, codec: "fp32" } as const;
    const inParts = { ...inFp32, isInParts: true };
    const slower = { ...sameMachine, stretchPace: { ...sameMachine.stretchPace, overheadMs: 6 } };
    const [parts, whole] = [
      expectRound({ ...inParts, workers: [slower] }),
      expectRound({ ...inFp32, workers: [slower] }),
    ];
    // Of 4 steps of 5 ms an eighth may be begun early: 3.5 of the 6 ms are lost, 15 % of the round; with 3 steps, 22 %.
    expect([parts.localSteps, whole.localSteps]).toEqual([4, 23]);
    const noWay = { ...sameMachine, stretchPace: { ...sameMachine.stretchPace, overheadMs: 0 } };
    expect(expectRound({ ...inParts, workers: [noWay] }).localSteps).toBe(2);
    expect(expectRound({ ...lenet, workers: [noWay] }).localSteps).toBe(4);
  });
});

describe("[H10] the codec", () => {
  test("stays fp32 where the way hardly matters", () => {
    expect(expectRound({ ...lenet, workers: [sameMachine] }).codec).toBe("fp32");
    const slowEngine = { ...lan, stretchPace: { ...lan.stretchPace, msPerSample: 10 } };
    expect(expectRound({ ...lenet, workers: [slowEngine] }).codec).toBe("fp32");
  });

  test.each([
    ["a LAN", lan, "int8"],
    ["a home line", home, "int8"],
  ])("over %s is the one that saves more than it loses", (_, worker, codec) => {
    expect(expectRound({ ...lenet, workers: [worker] }).codec).toBe(codec);
  });

  test("stays when a change would bring nearly nothing, either way", () => {
    for (const current of ["fp32", "fp16", "int8"] as const) {
      const worker = { ...lan, stretchPace: { ...lan.stretchPace, overheadMs: 6 } };
      const { codec } = expectRound({ ...lenet, workers: [worker], current });
      expect(codec).toBe(current);
    }
  });

  test("is not what looked quicker, once that was tried in vain", () => {
    const tried = { ...lenet, workers: [home], known: new Map([["int8", 140] as const, ["fp16", 142] as const]) };
    expect(expectRound(tried)).toMatchObject({ codec: "fp32", wayMs: home.stretchPace.overheadMs });
  });

  test("is what people asked for, and so are the steps", () => {
    const asked = expectRound({ ...lenet, workers: [home], codec: "top-k", localSteps: 7 });
    expect(asked).toMatchObject({ codec: "top-k", localSteps: 7 });
  });

  test("of the first round follows from links alone: int8 where fp32 would take seconds", () => {
    const alexnet = 57_044_810;
    expect(firstCodec([home.link], 44_426)).toBe("fp32");
    expect(firstCodec([home.link, null, home.link], alexnet)).toBe("int8");
    expect(firstCodec([sameMachine.link], alexnet)).toBe("fp32");
    expect(firstCodec([null], alexnet)).toBe("fp32");
  });
});
