/** A short form of `npm run bench:frames`, which sends a million. */
import { RandomSequence } from "@convoy/foundation";
import { accumulateWeighted } from "@convoy/vectors";
import { expect, test } from "vitest";
import { codecNames } from "./frame-header.ts";
import { hostileFrame, hostileMessage } from "./hostile/index.ts";
import { type Parsed, parseToCoordinator, parseToViewer, parseToWorker, parseTransfer } from "./parse.ts";
import { refusalSchema } from "./refusal.ts";
import { drawVector, encodings, frameHeader, sealFrame } from "./test-frames.ts";
import { messagesToCoordinator, messagesToViewer, messagesToWorker, transferPackets } from "./test-messages.ts";
import { OutgoingFrame, readFrame } from "./vector-frame.ts";

const MESSAGES = 5000;
const FRAMES = 5000;
const ELEMENTS = 300;

test.each<[string, object, (data: unknown) => Parsed<object>]>([
  ["the coordinator", messagesToCoordinator, parseToCoordinator],
  ["a worker", messagesToWorker, parseToWorker],
  ["a viewer", messagesToViewer, parseToViewer],
  ["the other end of a transport", transferPackets, parseTransfer],
])("[P5] whatever comes to %s is understood or refused by name", (_, messages, parse) => {
  let refusedCount = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const message = hostileMessage(new RandomSequence(1, "test", i), Object.values(messages));
    const parsed = parse(message);
    if (parsed.ok) {
      // What was understood is all of what was sent: nothing was dropped, added or converted.
      expect(parsed.message).toEqual(message);
      continue;
    }
    refusedCount++;
    expect(refusalSchema.safeParse(parsed.refusal).success).toBe(true);
  }
  expect(refusedCount).toBeGreaterThan(0.8 * MESSAGES);
});

const fp32 = new OutgoingFrame(ELEMENTS);
fp32.vector.set(drawVector(ELEMENTS));

test.each<readonly [string, Uint8Array]>([
  ["fp32", fp32.seal(frameHeader)],
  ...encodings.map((encoding) => [encoding.codec, sealFrame(encoding, drawVector(ELEMENTS))] as const),
])("[F7] whatever frame comes that was one in %s is read or refused by name", (_, sealed) => {
  const sum = new Float32Array(ELEMENTS);
  const reasons = new Set<string>();
  for (let i = 0; i < FRAMES; i++) {
    const random = new RandomSequence(2, "test", i);
    const frame = hostileFrame(random, sealed);
    const shifted = new Uint8Array(frame.length + 3).subarray(random.below(4));
    shifted.set(frame);
    const parsed = readFrame(shifted.subarray(0, frame.length), ELEMENTS, new Set(codecNames));
    reasons.add(parsed.ok ? "understood" : parsed.refusal.reason);
    if (!parsed.ok) expect(refusalSchema.safeParse(parsed.refusal).success).toBe(true);
    else accumulateWeighted(sum, parsed.frame.vector, 1);
  }
  expect([...reasons]).toEqual(
    expect.arrayContaining(["understood", "malformed", "protocol-version", "wrong-length", "bad-checksum"]),
  );
});
