import { positionOf, startCoordinator } from "@convoy/coordination";
import { beforeEach, expect, test, vi } from "vitest";
import { tinyDataset, tinySettings } from "../run/test-run-loop.ts";
import type { Checkpoint } from "./checkpoint-store.ts";
import { RunSaving } from "./run-saving.ts";

const start = positionOf(startCoordinator(tinySettings, tinyDataset.test.labels, 0), 0);
const positionAt = (step: number, ending: typeof start.ending = null) => ({ ...start, step, version: step, ending });
const finished = { control: "finished", sentence: "The run is finished." } as const;

/** What was written, as "checkpoint 3" or "parameters-epoch-001 4", in its order. */
let written: string[];
let vectors: Checkpoint[];
let said: string[];
let saving: RunSaving;
let failure: Error | null;
/** Lets the disk get on by one file. */
let proceed: (() => void)[];
let givenBack: number[];
/** Of the newest version, in `parameters`. */
const plane = {
  parameters: Float32Array.of(0),
  async keep() {
    const { parameters } = this;
    return { version: parameters[0] as number, parameters, master: null, optimizerState: new Map() };
  },
  giveBack: ({ version }: { version: number }) => void givenBack.push(version),
};

beforeEach(() => {
  written = [];
  vectors = [];
  said = [];
  proceed = [];
  failure = null;
  givenBack = [];
  const write = async (name: string) => {
    await new Promise<void>((resolve) => proceed.push(resolve));
    if (failure !== null) throw failure;
    written.push(name);
  };
  const folder = {
    async saveParameters(name: string, _: Float32Array, step: number) {
      await write(`${name} ${step}`);
      return name;
    },
    async saveCheckpoint(checkpoint: Checkpoint) {
      await write(`checkpoint ${checkpoint.position.step}`);
      vectors.push(checkpoint);
    },
  };
  const log = { info: (text: string) => said.push(text), warn: (text: string) => said.push(`warning: ${text}`) };
  saving = new RunSaving(folder, plane, log as unknown as ConstructorParameters<typeof RunSaving>[2]);
});

/** Lets the disk do everything that is asked of it. */
async function work(): Promise<void> {
  for (let idle = 0; idle < 5; idle++) {
    for (const go of proceed.splice(0)) {
      go();
      idle = 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function ask(step: number, occasion: "interval" | "epoch" | "end" = "interval", epoch: number | null = null): void {
  const position = positionAt(step, occasion === "end" ? finished : null);
  saving.onCheckpoint({ type: "checkpoint", occasion, epoch, position });
}

test("by the clock only a checkpoint is written, with the vectors of that moment", async () => {
  plane.parameters = Float32Array.of(3);
  ask(3);
  plane.parameters = Float32Array.of(4);
  await work();
  expect(written).toEqual(["checkpoint 3"]);
  expect(vectors[0]?.parameters[0]).toBe(3);
  expect(said).toEqual([]);
});

test("[R4] after an epoch its parameters are written too, and the checkpoint last: who goes on from it has them", async () => {
  ask(4, "epoch", 1);
  await work();
  expect(written).toEqual(["parameters-epoch-001 4", "parameters 4", "checkpoint 4"]);
});

test("a checkpoint that is due while another is being written is left out", async () => {
  for (const step of [1, 2, 3]) ask(step);
  await work();
  ask(4);
  await work();
  expect(written).toEqual(["checkpoint 1", "checkpoint 4"]);
});

test("the end of an epoch waits for what is being written; whatever the disk does, one save waits", async () => {
  ask(1);
  ask(4, "epoch", 1);
  ask(8, "epoch", 2);
  ask(9);
  await work();
  expect(written).toEqual(["checkpoint 1", "parameters-epoch-002 8", "parameters 8", "checkpoint 8"]);
  expect(said[0]).toBe("warning: The disk is too slow: the parameters after epoch 1 are not kept in a file.");
});

test("at the end everything is written that was asked for, and where the run stands", async () => {
  ask(1);
  ask(4, "epoch", 1);
  const done = vi.fn();
  void saving.finish((then) => then(positionAt(6))).then(done);
  await work();
  expect(written).toEqual([
    "checkpoint 1",
    "parameters-epoch-001 4",
    "parameters 4",
    "checkpoint 4",
    "parameters 6",
    "checkpoint 6",
  ]);
  expect(done).toHaveBeenCalledTimes(1);
});

test("what is saved at the end is where the run stands when it can be written, not when that was asked for", async () => {
  let step = 6;
  plane.parameters = Float32Array.of(step);
  ask(step);
  void saving.finish((then) => then(positionAt(step)));
  // The run trains on until its connections are closed.
  step = 7;
  plane.parameters = Float32Array.of(step);
  await work();
  expect(vectors.map(({ position, parameters }) => [position.step, parameters[0]])).toEqual([
    [6, 6],
    [7, 7],
  ]);
});

test("[R6] a run that has ended is saved once, at its end", async () => {
  ask(8, "end", 2);
  void saving.finish((then) => then(positionAt(8, finished)));
  await work();
  expect(written).toEqual(["parameters-epoch-002 8", "parameters 8", "checkpoint 8"]);
});

test("vectors are given back when they are written, and not while another save has the same", async () => {
  plane.parameters = Float32Array.of(3);
  ask(3);
  ask(3, "epoch", 1);
  await vi.waitUntil(() => proceed.length === 1);
  proceed.shift()?.();
  await vi.waitUntil(() => written.length === 1 && proceed.length === 1);
  expect(givenBack).toEqual([]);
  await work();
  expect(givenBack).toEqual([3]);
});

test("what is left out of what waits is given back too", async () => {
  for (const step of [1, 4, 8]) {
    plane.parameters = Float32Array.of(step);
    ask(step, "epoch", step);
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(givenBack).toEqual([4]);
  await work();
  expect(givenBack).toEqual([4, 1, 8]);
});

test("a disk that fails is said once, and again when it works", async () => {
  failure = new Error("the disk is full");
  for (const step of [1, 2, 3]) {
    ask(step);
    await work();
  }
  expect(said).toEqual(["warning: The run could not be saved after step 1, and trains on: the disk is full"]);
  failure = null;
  ask(4);
  await work();
  expect(written).toEqual(["checkpoint 4"]);
  expect(said.at(-1)).toBe("The run is saved again, as it is after step 4.");
});

test("a disk that fails in another way is said again", async () => {
  for (const [step, reason] of ["full", "gone"].entries()) {
    failure = new Error(reason);
    ask(step);
    await work();
  }
  expect(said.map((text) => text.split(" ").at(-1))).toEqual(["full", "gone"]);
});
