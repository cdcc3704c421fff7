import { RandomSequence } from "@convoy/foundation";
import { readFrame } from "@convoy/protocol";
import { decodeInto } from "@convoy/vectors";
import { expect, test } from "vitest";
import { ContributionCodec } from "./contribution-codec.ts";

const LENGTH = 700;
const RUN = "00112233445566ff";

function drawn(seed: number): Float32Array {
  const random = new RandomSequence(seed, "test");
  return Float32Array.from({ length: LENGTH }, () => random.between(-1, 1));
}

test("[K21] what one codec lost is sent in another", () => {
  const codec = new ContributionCodec();
  const nothing = new Float32Array(LENGTH);
  codec.encode("top-k", { run: RUN, version: 3, lease: 1 }, drawn(1));
  const bytes = codec.encode("fp16", { run: RUN, version: 3, lease: 2 }, nothing);
  const parsed = readFrame(bytes, LENGTH, new Set(["fp16"]));
  if (!parsed.ok) throw new Error(parsed.refusal.sentence);
  const late = new Float32Array(LENGTH);
  decodeInto(late, parsed.frame.vector);
  // All but the hundredth that top-k sent.
  expect(late.filter((value) => Math.abs(value) > 0.001).length).toBeGreaterThan(0.95 * LENGTH);
});

test.each(["fp16", "int8", "top-k"] as const)(
  "[K21] %s is what the frame says, and what was lost is sent with the next ones",
  (name) => {
    const codec = new ContributionCodec();
    const sent = new Float32Array(LENGTH);
    const heard = new Float32Array(LENGTH);
    const one = new Float32Array(LENGTH);
    const rounds = name === "top-k" ? 400 : 20;
    for (let lease = 1; lease <= rounds; lease++) {
      const vector = drawn(1);
      const bytes = codec.encode(name, { run: RUN, version: 3, lease }, vector);
      const parsed = readFrame(bytes, LENGTH, new Set([name]));
      if (!parsed.ok || !("codec" in parsed.frame.vector)) throw new Error("an encoded frame is read as one");
      expect(parsed.frame).toMatchObject({ run: RUN, version: 3, lease });
      decodeInto(one, parsed.frame.vector);
      for (let i = 0; i < LENGTH; i++) {
        sent[i] = (sent[i] as number) + (vector[i] as number);
        heard[i] = (heard[i] as number) + (one[i] as number);
      }
    }
    const largest = sent.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // The sum is short of what the last ones lost, however many were sent.
    const bound = name === "top-k" ? 0.35 * largest : 0.001 * largest;
    for (let i = 0; i < LENGTH; i++) {
      expect(Math.abs((sent[i] as number) - (heard[i] as number))).toBeLessThan(bound);
    }
  },
);
