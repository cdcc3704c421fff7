/** Putting a batch of MNIST together from samples that the worker has. Compare within one run only. */
import type { LeaseMessage } from "@convoy/protocol";
import { bench, describe } from "vitest";
import { LeaseBatch } from "./lease-batch.ts";
import { SampleCache } from "./sample-cache.ts";

const SAMPLE_BYTES = 784;
const COUNT = 60_000;

describe("64 of 60,000 samples", () => {
  const cache = new SampleCache(SAMPLE_BYTES);
  const pixels = new Uint8Array(SAMPLE_BYTES);
  for (let sample = 0; sample < COUNT; sample++) cache.store("train", sample, pixels, sample % 10);
  const samples = Array.from({ length: 64 }, (_, i) => (7919 * i) % COUNT);
  const lease: LeaseMessage = {
    type: "lease",
    lease: 1,
    kind: "train",
    version: 0,
    split: "train",
    samples,
    draws: null,
    stretch: null,
    ahead: [],
    codec: "fp32",
    allowedMs: 1000,
  };
  bench("from the cache", () => {
    new LeaseBatch(lease, SAMPLE_BYTES, cache);
  });
});
