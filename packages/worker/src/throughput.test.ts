import { expect, test } from "vitest";
import { Throughput } from "./throughput.ts";

test("is nothing until there are two results to measure between", () => {
  const throughput = new Throughput();
  expect(throughput.samplesPerSecond(1000)).toBe(0);
  throughput.add(64, 1000);
  expect(throughput.samplesPerSecond(1500)).toBe(0);
});

test("is the samples since the first result of the last seconds, over the time since then", () => {
  const throughput = new Throughput();
  for (let at = 0; at <= 2000; at += 500) throughput.add(64, at);
  expect(throughput.samplesPerSecond(2000)).toBe(128);
  expect(throughput.samplesPerSecond(4000)).toBe(64);
});

test("falls to nothing when nothing is counted any more", () => {
  const throughput = new Throughput();
  for (let at = 0; at <= 2000; at += 500) throughput.add(64, at);
  expect(throughput.samplesPerSecond(10_000)).toBe(0);
});
