/**
 * `npm run bench:vectors`: what is done to vectors of AlexNet's length and of LeNet-5's, beside a plain copy of as many floats,
 * in rounds in which all take turns. Bandwidths count every byte that has to be read or written. Then what a thread of their own
 * is worth to long ones.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { RandomSequence } from "@convoy/foundation";
import { createOptimizer } from "@convoy/gradients";
import {
  accumulateWeighted,
  addVectors,
  checksum,
  decodeInto,
  type Encoding,
  encodedBytes,
  encodeVector,
  encodeWithFeedback,
  encodingOf,
  isFiniteVector,
  scaleVector,
} from "@convoy/vectors";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { bundleApp } from "../src/coordinator-process.ts";
import { medianOf } from "./median.ts";

/** And how often each work is done for one measurement. */
const LENGTHS = [
  [57_044_810, 1],
  [44_426, 200],
] as const;
const FLOAT_BYTES = 4;
const ENCODINGS = (["fp16", "int8", "top-k"] as const).map(encodingOf);
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, json: { type: "string" } },
});

interface Work {
  readonly name: string;
  /** That it reads and writes; not told where that is a matter of the codec. */
  readonly bytes?: number;
  run(): void;
}

function drawn(length: number, scale: number): Float32Array {
  const random = new RandomSequence(1, "test");
  const some = Float32Array.from({ length: 1_000_003 }, () => scale * random.normal());
  return new Float32Array(length).map((_, i) => some[i % some.length] as number);
}

function worksOn(length: number): Work[] {
  const [left, right, other] = [drawn(length, 1), drawn(length, 1e-9), new Float32Array(length)];
  const bytes = new Uint8Array(left.buffer);
  const vector = FLOAT_BYTES * length;
  const adam = createOptimizer(
    { optimizer: { type: "adam", learningRate: 1e-9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, batchSize: 64 },
    1,
    length,
  );
  return [
    { name: "copy", bytes: 2 * vector, run: () => other.set(left) },
    { name: "accumulate", bytes: 3 * vector, run: () => addVectors(left, right) },
    { name: "accumulate with weight", bytes: 3 * vector, run: () => accumulateWeighted(left, right, 0.5) },
    { name: "times a weight", bytes: 2 * vector, run: () => scaleVector(other, 1) },
    { name: "finiteness", bytes: vector, run: () => isFiniteVector(left) },
    { name: "checksum", bytes: vector, run: () => checksum(bytes) },
    { name: "adam", bytes: 7 * vector, run: () => adam.step(left, right, { step: 1000, sampleCount: 64 }, left) },
    ...ENCODINGS.flatMap((encoding) => codecWorks(encoding, left, other)),
  ];
}

function codecWorks(encoding: Encoding, vector: Float32Array, other: Float32Array): Work[] {
  const { codec } = encoding;
  const { length } = vector;
  const rounding = { seed: 1, counter: 1 };
  const room = new Uint8Array(encodedBytes(encoding, length));
  const bytes = room.slice(0, encodeVector(encoding, vector, room, rounding));
  const encoded = { codec, length, bytes };
  return [
    { name: `${codec}: encode`, run: () => encodeVector(encoding, vector, room, rounding) },
    { name: `${codec}: encode with feedback`, run: () => encodeWithFeedback(encoding, vector, other, room, rounding) },
    { name: `${codec}: decode`, run: () => decodeInto(other, encoded) },
    { name: `${codec}: accumulate with weight`, run: () => accumulateWeighted(other, encoded, 0.5) },
  ];
}

/** Seconds of each work, by its place. */
function measure(works: readonly Work[], times: number): number[] {
  const seconds = works.map((): number[] => []);
  for (const { run } of works) for (let i = 0; i < Math.min(times, 20); i++) run();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, { run }] of works.entries()) {
      const startedAt = performance.now();
      for (let time = 0; time < times; time++) run();
      seconds[i]?.push((performance.now() - startedAt) / 1000 / times);
    }
  }
  return seconds.map(medianOf);
}

function barsOf(length: number, times: number): Bar[] {
  const works = worksOn(length);
  const seconds = measure(works, times);
  const [copied, copyTime] = [2 * FLOAT_BYTES * length, seconds[0] as number];
  return works.flatMap(({ name, bytes }, i) => {
    const of = `${name}, ${length.toLocaleString("en")} floats`;
    const time = seconds[i] as number;
    const bars = [shown(of, 1000 * time, "ms"), shown(`${of}: times a copy`, time / copyTime, "×")];
    if (bytes === undefined) return bars;
    const share = shown(`${of}: of a copy's bandwidth`, bytes / time / (copied / copyTime), "×");
    const isBarred = name === "accumulate" && times === 1;
    return [
      ...bars,
      shown(`${of}: bandwidth`, bytes / time / 1e9, "GB/s"),
      isBarred ? { ...share, must: 0.6, aim: 0.9 } : share,
    ];
  });
}

function shown(name: string, value: number, unit: string): Bar {
  return { name, value, unit, limit: "at least", must: null, aim: null };
}

/** What `apps/coordinator/scaling/long-vectors.ts` prints. */
interface LongVectors {
  readonly workers: number;
  readonly rounds: readonly { readonly roundMs: number; readonly heldUpMs: number; readonly residentGb: number }[];
}

/** Each in processes of its own, in turns. */
function threadBars(): Bar[] {
  bundleApp("coordinator");
  const places = { here: "on the sockets' thread", thread: "on a thread of their own" } as const;
  const names = Object.keys(places) as (keyof typeof places)[];
  const measured = [...names, ...names].map((place) => ({ place, ...measureLong(place) }));
  return names.flatMap((name) => {
    const of = measured.filter(({ place }) => place === name);
    const rounds = of.flatMap(({ rounds }) => rounds);
    const vectors = `vectors ${places[name]}`;
    return [
      shown(`${vectors}: longest time that sockets wait`, medianOf(rounds.map((round) => round.heldUpMs)), "ms"),
      shown(`${vectors}: adding ${of[0]?.workers} and a step`, medianOf(rounds.map((round) => round.roundMs)), "ms"),
      shown(`${vectors}: memory of the process, at most`, Math.max(...rounds.map((round) => round.residentGb)), "GB"),
    ];
  });
}

function measureLong(place: string): LongVectors {
  const root = import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps"));
  const entry = path.join("apps", "coordinator", "scaling", "long-vectors.ts");
  const program = [path.join("scripts", "run-source.mjs"), entry, place];
  const printed = execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" }).trim().split("\n").at(-1);
  return JSON.parse(printed ?? "");
}

reportBars([...LENGTHS.flatMap(([length, times]) => barsOf(length, times)), ...threadBars()], values.json);
