/** A short form of `npm run bench:frames`, which sends a million. */
import { RandomSequence } from "@convoy/foundation";
import { expect, test } from "vitest";
import { hostileFrame, hostileMessage } from "./hostile/index.ts";
import { type Parsed, parseToCoordinator, parseToViewer, parseToWorker, parseTransfer } from "./parse.ts";
import { refusalSchema } from "./refusal.ts";
import { messagesToCoordinator, messagesToViewer, messagesToWorker, transferPackets } from "./test-messages.ts";
import { OutgoingFrame, readFrame } from "./vector-frame.ts";

const MESSAGES = 5000;
const FRAMES = 10_000;

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

test("[F7] whatever frame comes is read or refused by name", () => {
  const outgoing = new OutgoingFrame(20);
  outgoing.vector.fill(0.5);
  const sealed = outgoing.seal({ run: "00112233445566ff", version: 3, lease: 4 });
  for (let i = 0; i < FRAMES; i++) {
    const random = new RandomSequence(2, "test", i);
    const frame = hostileFrame(random, sealed);
    const shifted = new Uint8Array(frame.length + 3).subarray(random.below(4));
    shifted.set(frame);
    const parsed = readFrame(shifted.subarray(0, frame.length), 20);
    if (parsed.ok) expect(frame).toEqual(sealed);
    else expect(refusalSchema.safeParse(parsed.refusal).success).toBe(true);
  }
});
