/**
 * Part of `npm run bench:vectors`: rounds of a network of AlexNet's size, with the vectors on the sockets' thread, or with "thread" on one of
 * their own. How long can sockets do nothing, how long does a round take, how much memory is it? Prints one line of JSON.
 */
import path from "node:path";
import type { ReadContribution, RunSettings } from "@convoy/coordination";
import { findRecipe } from "@convoy/models";
import { OutgoingFrame } from "@convoy/protocol";
import { PlaneHere } from "../src/plane/plane-here.ts";
import { PlaneInThread } from "../src/plane/plane-in-thread.ts";
import type { RunPlane } from "../src/plane/run-plane.ts";

const LENGTH = 57_044_810;
const planeThread = path.join(import.meta.dirname, "../plane-thread.js");
const WORKERS = 4;
const ROUNDS = 4;

/** A round: how long it took, how long the sockets' thread could do nothing else, and the memory of the process. */
interface Measured {
  readonly roundMs: number;
  readonly heldUpMs: number;
  readonly residentGb: number;
}

const recipe = findRecipe("alexnet-cifar10");
const settings: RunSettings = {
  run: "00112233445566ff",
  recipe,
  parameterCount: LENGTH,
  seed: 1,
  epochs: 1,
  strategy: { type: "sync" },
  codec: "fp32",
  downCodec: "fp32",
  exact: false,
  checkpointMs: 10_000,
  trainCount: 64,
  testCount: 1,
  dataset: { name: "none", title: "none", warning: null },
};

function contributionTo(version: number): Uint8Array {
  const frame = new OutgoingFrame(LENGTH);
  frame.vector.fill(1e-3);
  return frame.seal({ run: settings.run, version, lease: 1 });
}

/** As messages come: each when the thread is free. */
async function round(plane: RunPlane, contributions: readonly Uint8Array[]): Promise<void> {
  for (const [index, bytes] of contributions.entries()) {
    await free();
    const read = await new Promise<ReadContribution>((resolve) => plane.read(bytes, resolve));
    if (!read.ok) throw new Error(read.refusal.sentence);
    plane.accumulate({ level: 0, index }, contributions.length, read.frame.vector, 1);
  }
  await free();
  await new Promise<boolean>((resolve) => plane.update(plane.version + 1, 64, "fp32", resolve));
}

async function measure(plane: RunPlane): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const contributions = Array.from({ length: WORKERS }, () => contributionTo(plane.version));
    const beganAt = performance.now();
    const heldUpMs = await longestHoldUp(() => round(plane, contributions));
    measured.push({ roundMs: performance.now() - beganAt, heldUpMs, residentGb: process.memoryUsage().rss / 1e9 });
  }
  await plane.close();
  // In the first one memory is made that the others use again.
  return measured.slice(1);
}

/** The longest time in which nothing else had its turn on this thread. */
async function longestHoldUp(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      const at = performance.now();
      // Not at every turn of the loop: this thread's processor time would be missing elsewhere.
      await new Promise((resolve) => setTimeout(resolve, 1));
      longest = Math.max(longest, performance.now() - at - 1);
    }
  })();
  await work();
  isDone = true;
  await watching;
  return longest;
}

function free(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

const start = () => ({ version: 0, parameters: new Float32Array(LENGTH).fill(0.1) });
const isInThread = process.argv[2] === "thread";
const plane = isInThread ? await PlaneInThread.open(settings, start(), planeThread) : new PlaneHere(settings, start());
process.stdout.write(`${JSON.stringify({ workers: WORKERS, rounds: await measure(plane) })}\n`);
