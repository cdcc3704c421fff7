/**
 * `npm run bench:vectors`: what a coordinator does to vectors of AlexNet's length, beside a plain copy of as many bytes,
 * in rounds in which all take turns. Bandwidths count every byte that has to be read or written.
 */
import { parseArgs } from "node:util";
import { createOptimizer } from "@convoy/gradients";
import { addVectors, checksum, isFiniteVector } from "@convoy/vectors";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { medianOf } from "./median.ts";

const LENGTH = 57_044_810;
const FLOAT_BYTES = 4;
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, json: { type: "string" } },
});

const draw = (scale: number) => new Float32Array(LENGTH).map((_, i) => scale * Math.sin(i));
const [left, right, other] = [draw(1), draw(1e-9), new Float32Array(LENGTH)];
const bytes = new Uint8Array(left.buffer);
const adam = createOptimizer(
  { optimizer: { type: "adam", learningRate: 1e-9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, batchSize: 64 },
  1,
  LENGTH,
);

interface Work {
  readonly name: string;
  /** Vectors that it reads, and that it writes. */
  readonly passes: number;
  run(): void;
}

const works: readonly Work[] = [
  { name: "copy", passes: 2, run: () => other.set(left) },
  { name: "accumulate", passes: 3, run: () => addVectors(left, right) },
  { name: "finiteness", passes: 1, run: () => isFiniteVector(left) },
  { name: "checksum", passes: 1, run: () => checksum(bytes) },
  { name: "adam", passes: 7, run: () => adam.step(left, right, { step: 1000, sampleCount: 64 }, left) },
];

const seconds = new Map<string, number[]>(works.map(({ name }) => [name, []]));
for (const { run } of works) run();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { name, run } of works) {
    const startedAt = performance.now();
    run();
    seconds.get(name)?.push((performance.now() - startedAt) / 1000);
  }
}

const bandwidthOf = ({ name, passes }: Work) =>
  (passes * FLOAT_BYTES * LENGTH) / medianOf(seconds.get(name) as number[]) / 1e9;
const copy = bandwidthOf(works[0] as Work);
const shown = (name: string, value: number, unit: string): Bar => {
  return { name, value, unit, limit: "at least", must: null, aim: null };
};
reportBars(
  works.flatMap((work) => {
    const bandwidth = bandwidthOf(work);
    const milliseconds = 1000 * medianOf(seconds.get(work.name) as number[]);
    const share = shown(`${work.name}: of a copy's bandwidth`, bandwidth / copy, "×");
    return [
      shown(`${work.name} of ${LENGTH.toLocaleString("en")} floats`, milliseconds, "ms"),
      shown(`${work.name}: bandwidth`, bandwidth, "GB/s"),
      work.name === "accumulate" ? { ...share, must: 0.6, aim: 0.9 } : share,
    ];
  }),
  values.json,
);
