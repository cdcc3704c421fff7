/** The two places where a run's vectors can be do the same, to the bit. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunSettings } from "@convoy/coordination";
import { RandomSequence } from "@convoy/foundation";
import { type CodecName, OutgoingEncodedFrame } from "@convoy/protocol";
import { encodingOf } from "@convoy/vectors";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RUN, sealed } from "../run/test-frames.ts";
import { differenceFrom, initial, plainTraining, TestRun, tinyLayout, tinySettings } from "../run/test-run-loop.ts";
import { planeThread } from "../test-threads.ts";
import { openPlane } from "./open-plane.ts";
import { PlaneHere } from "./plane-here.ts";
import { PlaneInThread } from "./plane-in-thread.ts";
import type { RunPlane } from "./run-plane.ts";

const { length } = tinyLayout;
const start = () => ({ version: 0, parameters: initial() });
const whole = { level: 0, index: 0 };

const opened: RunPlane[] = [];
afterEach(async () => {
  for (const plane of opened.splice(0)) await plane.close();
});

async function inThread(settings: RunSettings = tinySettings): Promise<RunPlane> {
  const plane = await PlaneInThread.open(settings, start(), planeThread());
  opened.push(plane);
  return plane;
}

const drawn = (seed: number) => {
  const random = new RandomSequence(seed, "test");
  return Float32Array.from({ length }, () => random.between(-1, 1));
};

function contributionIn(codec: CodecName, version: number): Uint8Array {
  const header = { run: RUN, version, lease: 1 };
  if (codec === "fp32") return sealed(drawn(version), header);
  const frame = new OutgoingEncodedFrame(encodingOf(codec), length);
  return frame.seal(header, drawn(version), { seed: 1, counter: version }).slice();
}

/** What is read of the bytes. */
const readBy = (plane: RunPlane, bytes: Uint8Array) =>
  new Promise<Parameters<Parameters<RunPlane["read"]>[1]>[0]>((resolve) => plane.read(bytes, resolve));

async function advance(plane: RunPlane, codec: CodecName, down: CodecName): Promise<boolean> {
  const read = await readBy(plane, contributionIn(codec, plane.version));
  if (!read.ok) throw new Error(read.refusal.sentence);
  plane.accumulate(whole, 1, read.frame.vector, 3);
  return new Promise((resolve) => plane.update(plane.version + 1, 6, down, resolve));
}

const optimizers: RunSettings["recipe"]["optimizer"][] = [
  { type: "sgd", learningRate: 0.1, momentum: 0.9 },
  { type: "adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
];

describe.each(optimizers)("with $type", (optimizer) => {
  test.each(["fp32", "fp16", "int8", "top-k"] as const)(
    "contributions and versions in %s are the same",
    async (codec) => {
      const downCodec = codec === "top-k" ? "int8" : codec;
      const settings = { ...tinySettings, recipe: { ...tinySettings.recipe, optimizer }, codec, downCodec };
      const planes = [new PlaneHere(settings, start()), await inThread(settings)] as const;
      for (let version = 1; version <= 4; version++) {
        const [here, there] = planes;
        for (const plane of planes) expect(await advance(plane, codec, downCodec)).toBe(true);
        expect(there.version).toBe(version);
        expect(there.frame).toEqual(here.frame);
        expect(there.parameters).toEqual(here.parameters);
        expect(there.change).toEqual(here.change);
        const [kept, own] = [await there.keep(), await here.keep()];
        expect(kept).toEqual(own);
        // What is given back is written to again, in both.
        if (version % 2 === 0) for (const plane of planes) plane.giveBack(plane === here ? own : kept);
      }
    },
  );
});

test("what was kept stays as it was while the run goes on", async () => {
  const plane = await inThread({ ...tinySettings, downCodec: "int8" });
  await advance(plane, "fp32", "int8");
  const kept = await plane.keep();
  const copies = structuredClone(kept);
  for (let step = 0; step < 3; step++) await advance(plane, "fp32", "int8");
  expect(kept).toEqual(copies);
  expect((await plane.keep()).optimizerState).not.toEqual(copies.optimizerState);
});

test("what is no contribution is refused in the same words, and the thread goes on", async () => {
  const planes = [new PlaneHere(tinySettings, start()), await inThread()];
  const damaged = () => contributionIn("fp32", 0).with(50, 77);
  for (const bytes of [() => new Uint8Array(3), damaged, () => contributionIn("int8", 0)]) {
    const [here, there] = await Promise.all(planes.map((plane) => readBy(plane, bytes())));
    expect(here?.ok).toBe(false);
    expect(there).toEqual(here);
  }
  expect(await advance(planes[1] as RunPlane, "fp32", "fp32")).toBe(true);
});

test("[R8] a step into numbers that are none is told, and the version before it stays the newest", async () => {
  const plane = await inThread();
  const { frame } = plane;
  plane.accumulate(whole, 1, new Float32Array(length).fill(Number.POSITIVE_INFINITY), 1);
  expect(await new Promise((resolve) => plane.update(1, 4, "fp32", resolve))).toBe(false);
  expect([plane.version, plane.frame]).toEqual([0, frame]);
  expect((await plane.keep()).parameters).toEqual(initial());
});

test("bytes in memory of their own are handed over, those that share theirs are copied", async () => {
  const plane = await inThread();
  const alone = contributionIn("fp32", 0);
  const shared = new Uint8Array(alone.length + 8);
  shared.set(alone, 4);
  expect((await readBy(plane, shared.subarray(4, 4 + alone.length))).ok).toBe(true);
  expect(shared.subarray(4, 4 + alone.length)).toEqual(alone);
  expect((await readBy(plane, alone)).ok).toBe(true);
  expect(alone.length).toBe(0);
});

test("[R1] a whole run whose vectors are on a thread of their own is the run that it is here", async () => {
  // Exact: else who computes what would change the last digits.
  const exact = { ...tinySettings, exact: true };
  const [run, same] = [new TestRun(exact, { plane: await inThread(exact) }), new TestRun(exact)];
  for (const one of [run, same]) {
    one.addWorker("first");
    one.addWorker("second");
    await one.until(() => one.view.state === "finished");
    one.loop.close();
  }
  expect(run.plane.parameters).toEqual(same.plane.parameters);
  expect(differenceFrom(await plainTraining(), run.plane.parameters)).toBeLessThan(1e-5);
  expect(run.checkpoints.map(({ step }) => step)).toEqual(same.checkpoints.map(({ step }) => step));
});

test("[W17] what waits while vectors are busy is one contribution of each worker, and none of a stranger's", async () => {
  const run = new TestRun(tinySettings, { plane: await inThread() });
  const reading = vi.spyOn(run.plane, "read");
  const steady = run.addPeer().enter();
  await run.until(() => steady.all("lease").length > 0);
  const contribution = await steady.contribution();
  const again = () => ({ ...contribution, frame: contribution.frame.slice() });
  const stranger = run.addPeer();
  // The first is being read, the second waits.
  for (let i = 0; i < 4; i++) steady.say(again());
  for (let i = 0; i < 3; i++) stranger.say(again());
  await run.until(() => stranger.refusals.length === 3 && steady.refusals.length === 3);
  expect(stranger.refusals).toEqual(["not-joined", "not-joined", "not-joined"]);
  expect(steady.refusals.toSorted()).toEqual(["already-counted", "too-fast", "too-fast"]);
  expect(reading).toHaveBeenCalledTimes(2);
  run.loop.close();
});

test("[R8] a run whose step leads to numbers that are none stops, and says so", async () => {
  const plane = await inThread();
  const accumulate = plane.accumulate.bind(plane);
  vi.spyOn(plane, "accumulate").mockImplementation((group, shardCount, { length }, weight) =>
    accumulate(group, shardCount, new Float32Array(length).fill(Number.POSITIVE_INFINITY), weight),
  );
  const run = new TestRun(tinySettings, { plane });
  run.addWorker("one");
  await run.until(() => run.view.state === "stopped");
  expect(run.view.sentence).toMatch(/diverged/);
  expect([run.view.step, run.plane.version]).toEqual([0, 0]);
  run.loop.close();
});

test("a thread that cannot begin is told with its reason", async () => {
  const folder = await mkdtemp(join(tmpdir(), "convoy-plane-"));
  const program = join(folder, "broken.mjs");
  await writeFile(program, 'throw new Error("there is no memory for it");');
  await expect(PlaneInThread.open(tinySettings, start(), program)).rejects.toThrow("there is no memory for it");
  await rm(folder, { recursive: true });
});

test("long vectors have a thread, and others do not", async () => {
  const settings = { ...tinySettings, parameterCount: 2 ** 20 };
  const long = await openPlane(settings, { version: 0, parameters: new Float32Array(2 ** 20) }, planeThread());
  opened.push(long);
  expect(long).toBeInstanceOf(PlaneInThread);
  expect(await openPlane(tinySettings, start(), "nowhere")).toBeInstanceOf(PlaneHere);
});

test("who joins, leaves or asks while vectors are busy has their turn after them", async () => {
  const run = new TestRun(tinySettings, { plane: await inThread() });
  const steady = run.addPeer().enter();
  await run.until(() => steady.all("lease").length > 0);
  steady.say(await steady.contribution());
  // The contribution is being read: all of this waits, and none of it is lost.
  const watcher = run.addPeer();
  watcher.say({ type: "join", protocol: 0, name: "Old", device: "test", token: null });
  const short = run.addPeer().enter();
  short.close();
  const { step } = run.view;
  run.addWorker("late");
  await run.until(() => run.view.step > step && watcher.refusals.length > 0);
  expect(watcher.refusals).toEqual(["protocol-version"]);
  expect(run.view.workers.map(({ name }) => name)).toContain("late");
  await new Promise<void>((resolve) => {
    run.loop.stand(({ version }) => {
      expect(version).toBe(run.plane.version);
      resolve();
    });
  });
  run.loop.close();
});
