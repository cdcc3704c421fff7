/** Versions that go down as encoded changes: what is published, and what the coordinator keeps for itself. */
import { RandomSequence } from "@convoy/foundation";
import { type Recipe, recipes } from "@convoy/models";
import { type CodecName, checksumOfFloats, readFrame, type SealedChange } from "@convoy/protocol";
import { applyChange, normOf } from "@convoy/vectors";
import { describe, expect, test } from "vitest";
import { DataPlane, type PlaneStart } from "./data-plane.ts";
import { TestRun, tinySettings } from "./test-run.ts";

const RUN = "00112233445566ff";
const LENGTH = 700;
const whole = { level: 0, index: 0 };
const momentum = { type: "sgd", learningRate: 0.1, momentum: 0.9 } as const;

function drawn(seed: number): Float32Array {
  const random = new RandomSequence(seed, "test");
  return Float32Array.from({ length: LENGTH }, () => random.between(-1, 1));
}

function planeWith(
  downCodec: CodecName | "auto",
  start: Partial<PlaneStart> = {},
  recipe: Partial<Recipe> = {},
  seed = 5,
): DataPlane {
  const settings = {
    run: RUN,
    recipe: { ...(recipes[0] as Recipe), optimizer: momentum, ...recipe },
    trainCount: 640,
    strategy: { type: "sync" } as const,
    seed,
    downCodec,
  };
  return new DataPlane(settings, { version: 0, parameters: drawn(0), ...start });
}

/** Takes the next step, with a gradient that belongs to the version. */
function advance(plane: DataPlane, gradient = drawn(plane.version + 1)): boolean {
  plane.accumulate(whole, 1, gradient);
  return plane.update(plane.version + 1, 4);
}

function changeOf({ change }: DataPlane): SealedChange {
  if (change === null) throw new Error("a change leads from a version that was published");
  return change;
}

function distance(left: Float32Array, right: Float32Array): number {
  return normOf(left.map((value, i) => value - (right[i] as number)));
}

describe.each(["fp16", "int8", "top-k"] as const)("changes in %s", (codec) => {
  test("[D2] lead from each version to the next, to the bit, whoever follows them", () => {
    const plane = planeWith(codec);
    let [held, reached] = [plane.parameters.slice(), new Float32Array(LENGTH)];
    for (let version = 1; version <= 30; version++) {
      expect(advance(plane)).toBe(true);
      const { frame, checksum } = changeOf(plane);
      const parsed = readFrame(frame, LENGTH, new Set([codec]));
      if (!parsed.ok || parsed.frame.vector instanceof Float32Array) throw new Error("a change is read as one");
      expect(parsed.frame).toMatchObject({ run: RUN, version, lease: 0 });
      applyChange(held, parsed.frame.vector, reached);
      [held, reached] = [reached, held];
      expect(held).toEqual(plane.parameters);
      expect(checksumOfFloats(held, { run: RUN, version, lease: 0 })).toBe(checksum);
    }
    const all = readFrame(plane.frame, LENGTH);
    expect(all.ok && all.frame.vector).toEqual(held);
  });

  test("[D3] the steps are those of a run without a codec, and what workers hold stays near them", () => {
    const [plane, plain] = [planeWith(codec), planeWith("fp32")];
    const distances: number[] = [];
    for (let version = 1; version <= 1000; version++) {
      advance(plane);
      advance(plain);
      distances.push(distance(plane.parameters, plain.parameters));
    }
    expect(plane.keep().master).toEqual(plain.parameters);
    const moved = distance(plain.parameters, drawn(0));
    const [early, late] = [distances.slice(100, 500), distances.slice(500)].map((some) => Math.max(...some));
    expect(late).toBeLessThan(1.5 * (early as number));
    // The hundredth that top-k sends is too little to stay near.
    expect(late).toBeLessThan({ fp16: 0.001, int8: 0.02, "top-k": 1 }[codec] * moved);
  });

  test("[S1] go on from saved vectors as without the interruption", () => {
    const first = planeWith(codec);
    for (let i = 0; i < 5; i++) advance(first);
    const { version, parameters, master, optimizerState } = first.keep();
    const second = planeWith(codec, { version, parameters, master, optimizerState });
    for (let i = 0; i < 5; i++) {
      for (const plane of [first, second]) advance(plane);
      expect(second.change).toEqual(first.change);
      expect(second.frame).toEqual(first.frame);
    }
    expect(second.keep().master).toEqual(first.keep().master);
  });

  test("[S1] do not write to what is being saved", () => {
    const plane = planeWith(codec);
    advance(plane);
    const saved = [plane.keep().master, plane.parameters];
    const copies = saved.map((vector) => vector?.slice());
    for (let i = 0; i < 4; i++) advance(plane);
    expect(saved).toEqual(copies);
  });
});

test("[D2] [D3] the codec may be another for each version, and in fp32 workers get to where the coordinator is", () => {
  const [plane, plain] = [planeWith("auto"), planeWith("fp32")];
  for (const codec of ["int8", "fp32", "fp16", "int8", "fp32", "fp32", "int8"] as const) {
    const held = plane.parameters;
    for (const one of [plane, plain]) one.accumulate(whole, 1, drawn(one.version + 1));
    const version = plane.version + 1;
    expect([plane.update(version, 4, codec), plain.update(version, 4)]).toEqual([true, true]);
    expect(plane.keep().master).toEqual(plain.parameters);
    if (codec === "fp32") {
      expect(plane.parameters).toEqual(plain.parameters);
      expect(plane.change).toBeNull();
      continue;
    }
    const parsed = readFrame(changeOf(plane).frame, LENGTH, new Set([codec]));
    if (!parsed.ok || parsed.frame.vector instanceof Float32Array) throw new Error("a change is read as one");
    const reached = new Float32Array(LENGTH);
    applyChange(held, parsed.frame.vector, reached);
    expect(reached).toEqual(plane.parameters);
    expect(reached).not.toEqual(plain.parameters);
  }
});

test("[D2] equal steps give equal bytes, and another seed others", () => {
  const [one, same, other] = [5, 5, 6].map((seed) => planeWith("int8", {}, {}, seed)) as [
    DataPlane,
    DataPlane,
    DataPlane,
  ];
  for (const plane of [one, same, other]) advance(plane);
  expect(same.change).toEqual(one.change);
  expect(other.change).not.toEqual(one.change);
});

describe("[R8] a version is not published, and the one before stays,", () => {
  const tooFar = { optimizer: { type: "sgd", learningRate: 1, momentum: 0 } as const };

  test.each(["fp16", "int8"] as const)("where the step gives no numbers: %s", (codec) => {
    expectNotPublished(planeWith(codec, {}, tooFar), new Float32Array(LENGTH).fill(Number.POSITIVE_INFINITY));
  });

  test("where fp16 has no number for the change", () => {
    expectNotPublished(planeWith("fp16", {}, tooFar), new Float32Array(LENGTH).fill(4 * 70_000));
    expect(advance(planeWith("int8", {}, tooFar), new Float32Array(LENGTH).fill(4 * 70_000))).toBe(true);
  });

  function expectNotPublished(plane: DataPlane, gradient: Float32Array): void {
    advance(plane);
    const { version, parameters, frame, change } = plane;
    const master = plane.keep().master?.slice();
    expect(advance(plane, gradient)).toBe(false);
    expect([plane.version, plane.parameters, plane.frame, plane.change]).toEqual([version, parameters, frame, change]);
    expect(plane.keep().master).toEqual(master);
  }
});

describe("[D1] what is sent ahead of a lease", () => {
  /** Of each version, to one worker that does everything. */
  function formsIn(run: TestRun, peer: number): string[] {
    return run.effects.flatMap((effect) =>
      effect.type === "send-parameters" && effect.peer === peer ? [effect.form] : [],
    );
  }

  test("is the change to whoever holds the version before, and all parameters to whoever is new", () => {
    const run = new TestRun({ ...tinySettings, downCodec: "int8" });
    run.enter(1);
    run.work(1, (state) => state.version === 3);
    expect(formsIn(run, 1)).toEqual(["whole", "change", "change", "change"]);
    run.enter(2);
    run.contribute(1);
    run.work(2, (state) => state.version === 4);
    expect(formsIn(run, 2)[0]).toBe("whole");
  });

  test("is all of them to whoever gave a lease back: what it holds may be damaged", () => {
    const run = new TestRun({ ...tinySettings, downCodec: "int8" });
    run.enter(1);
    run.work(1, (state) => state.version === 2);
    run.say(1, { type: "return-lease", lease: run.leaseOf(1).lease, reason: "damaged" });
    expect(formsIn(run, 1)).toEqual(["whole", "change", "change", "whole"]);
  });

  test("is all of them to whoever missed a version", () => {
    const run = new TestRun({ ...tinySettings, downCodec: "int8" });
    run.enter(1);
    run.enter(2);
    run.contribute(2);
    run.say(2, { type: "availability", available: false });
    run.work(1, (state) => state.version === 2);
    run.say(2, { type: "availability", available: true });
    run.work(1, (state) => state.workers.get(2)?.state === "working" || state.version === 6);
    expect(formsIn(run, 2)).toEqual(["whole", "whole"]);
  });

  test("is always all of them where no codec was agreed", () => {
    const run = new TestRun();
    run.enter(1);
    run.work(1, (state) => state.version === 3);
    expect(formsIn(run, 1)).toEqual(["whole", "whole", "whole", "whole"]);
  });
});
