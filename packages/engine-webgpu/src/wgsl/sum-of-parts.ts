import type { Range } from "@convoy/engine";
import { type Kernel, kernel } from "./kernel.ts";

/**
 * Gradients of a layer's parameters are sums over many pixels. They are added up in two stages, without atomics, so that
 * each sum is the same every time: first by many invocations, each for its part of the rows, into `scratch`; then part by
 * part into the gradient.
 */
export interface Parts {
  readonly weights: Range;
  readonly bias: Range;
  /** How many; 1 leaves out the second stage. */
  readonly count: number;
}

/** Invocations that the first stage should have, for a GPU to be busy. */
const WANTED_INVOCATIONS = 8192;

/** The second stage adds them one after the other. */
const MOST_PARTS = 64;

/** For a first stage with so many invocations in each part. */
export function chooseParts(invocationsOfPart: number): number {
  return Math.min(MOST_PARTS, Math.ceil(WANTED_INVOCATIONS / invocationsOfPart));
}

/** WGSL that leaves in `row` every one of `rowsOfSample` rows of each sample that belong to part `part0`. */
export function overRowsOfPart({ count }: Parts, rowsOfSample: number, body: string): string {
  return `
let rows = batch.count * ${rowsOfSample};
let rowsOfPart = (rows + ${count - 1}) / ${count};
let endRow = min(rows, (part0 + 1) * rowsOfPart);
for (var row = part0 * rowsOfPart; row < endRow; row++) {
let sample = row / ${rowsOfSample};
let outputRow = row % ${rowsOfSample};
${body}
}`;
}

export function partsBinding({ count }: Parts): "scratch" | "results" {
  return count === 1 ? "results" : "scratch";
}

export function partsScratch({ weights, bias, count }: Parts): number {
  return count === 1 ? 0 : count * (weights.length + bias.length);
}

/** WGSL of where part `part0` of a weight's gradient is stored in `sums`. */
export function weightPlace({ weights, bias, count }: Parts, weight: string): string {
  return count === 1 ? `${weights.offset} + ${weight}` : `part0 * ${weights.length + bias.length} + ${weight}`;
}

export function biasPlace({ weights, bias, count }: Parts, channel: string): string {
  return count === 1
    ? `${bias.offset} + ${channel}`
    : `part0 * ${weights.length + bias.length} + ${weights.length} + ${channel}`;
}

/** The second stage, where there is one. */
export function sumOfParts(name: string, { weights, bias, count }: Parts): Kernel[] {
  if (count === 1) return [];
  const length = weights.length + bias.length;
  return [
    kernel({
      name,
      bindings: { parts: "scratch", results: "results" },
      invocations: () => length,
      limit: String(length),
      body: `
var sum = 0.0;
var at = index;
for (var i = 0; i < ${count}; i++) {
  sum += parts[at];
  at += ${length};
}
results[select(${bias.offset - weights.length}, ${weights.offset}, index < ${weights.length}) + index] = sum;`,
      work: count,
    }),
  ];
}
