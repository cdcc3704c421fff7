/** Parameters that come as changes: what a worker computes with then, and what it does with changes that it cannot follow. */
import { FRAME_HEADER_BYTES, OutgoingFrame } from "@convoy/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { RUN, TestCoordinator } from "./test-coordinator.ts";
import { referenceGradient, tinyLayout, tinyParameters } from "./test-engines.ts";

type Change = ReturnType<TestCoordinator["changeTo"]>["message"];

let coordinator: TestCoordinator;
beforeEach(async () => {
  coordinator = new TestCoordinator();
  coordinator.network.flush();
  coordinator.welcome({ downCodec: "int8" });
  await coordinator.until(() => coordinator.all("ready").length === 1);
  coordinator.sendParameters(0);
});

const towards = (seed: number) => tinyParameters(seed);

async function gradientOf(lease: number, version: number) {
  coordinator.lease(lease, [1, 2], { version });
  coordinator.network.flush();
  if (coordinator.all("request-samples").length > 0 && coordinator.all("contribution").length === 0)
    coordinator.answerSamples();
  await coordinator.until(() => coordinator.all("contribution").some(({ frame }) => leaseIn(frame) === lease));
  return coordinator.contribution().frame;
}

const leaseIn = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset).getUint32(20, true);

test("[D2] a worker that follows one change after the other computes with the coordinator's parameters, to the bit", async () => {
  let from = tinyParameters();
  for (let version = 1; version <= 5; version++) {
    const { message, reached } = coordinator.changeTo(version, { from, to: towards(version + 1) });
    coordinator.say(message);
    const { gradient } = await referenceGradient(reached, [1, 2]);
    expect(await gradientOf(version, version)).toMatchObject({ version, vector: gradient });
    from = reached;
  }
  expect(coordinator.all("return-lease")).toEqual([]);
});

test("[D2] what came in full is not written to: others may have the same bytes", async () => {
  const frame = new OutgoingFrame(tinyLayout.length);
  frame.vector.set(tinyParameters());
  coordinator.say({ type: "parameters", frame: frame.seal({ run: RUN, version: 0, lease: 0 }) });
  let from = tinyParameters();
  for (let version = 1; version <= 3; version++) {
    const { message, reached } = coordinator.changeTo(version, { from, to: towards(3) });
    coordinator.say(message);
    from = reached;
  }
  expect(frame.vector).toEqual(tinyParameters());
});

describe("[D5] a change is refused, and the lease given back with the reason:", () => {
  const flipped = (change: Change, at: number): Change => {
    const frame = change.frame.slice();
    frame[at] = (frame[at] as number) ^ 1;
    return { ...change, frame };
  };
  const fresh = (version: number, codec: "fp16" | "int8" = "int8") =>
    coordinator.changeTo(version, { from: tinyParameters(), to: towards(2) }, codec).message;
  const cases: [string, () => { type: string }, RegExp][] = [
    ["in a codec that was not agreed", () => fresh(1, "fp16"), /encoded in fp16; what was agreed is int8/],
    ["in no codec at all", () => ({ ...fresh(1), frame: wholeFrame(1) }), /encoded in fp32; what was agreed is int8/],
    ["whose length lies", () => flipped(fresh(1), 24), /says that it has \d+ elements/],
    ["with bytes left over", () => ({ ...fresh(1), frame: joined(fresh(1).frame) }), /in int8 have \d+ bytes/],
    ["that was damaged on its way", () => flipped(fresh(1), FRAME_HEADER_BYTES + 9), /damaged on its way/],
    ["that leads elsewhere", () => ({ ...fresh(1), checksum: 1 }), /checksum is another/],
    [
      "from other parameters",
      () => coordinator.changeTo(1, { from: towards(3), to: towards(2) }).message,
      /checksum is/,
    ],
    ["to a version after the next", () => fresh(2), /leads to version 2 .* and version 0 is held/],
    ["to the version that is held", () => fresh(0), /leads to version 0 .* and version 0 is held/],
    ["for another run", () => flipped(fresh(1), 8), /damaged|another run/],
    ["that is no frame", () => ({ ...fresh(1), frame: new Uint8Array(3) }), /at least 40 bytes/],
  ];

  test.each(cases)("%s", async (_, damaged, reason) => {
    coordinator.say(damaged());
    coordinator.lease(1, [1, 2], { version: 1 });
    coordinator.network.flush();
    expect(coordinator.newest("return-lease")).toMatchObject({ lease: 1, reason: expect.stringMatching(reason) });
    // What it held it still holds, and all parameters are taken as ever.
    const held = await referenceGradient(tinyParameters(), [1, 2]);
    expect(await gradientOf(2, 0)).toMatchObject({ vector: held.gradient });
    coordinator.sendParameters(1, towards(2));
    const next = await referenceGradient(towards(2), [1, 2]);
    expect(await gradientOf(3, 1)).toMatchObject({ vector: next.gradient });
  });

  test("where all parameters were agreed to come in full", () => {
    coordinator.welcome({ downCodec: "fp32" });
    coordinator.sendParameters(0);
    coordinator.say(fresh(1));
    coordinator.lease(1, [1], { version: 1 });
    coordinator.network.flush();
    expect(coordinator.newest("return-lease").reason).toMatch(/agreed is to send all/);
  });

  test("where what it begins with was of an earlier connection", async () => {
    coordinator.reconnect();
    coordinator.welcome({ downCodec: "int8" });
    coordinator.say(fresh(1));
    coordinator.lease(1, [1], { version: 1 });
    coordinator.network.flush();
    expect(coordinator.newest("return-lease").reason).toMatch(/leads to version 1 .* and none is held/);
  });
});

function wholeFrame(version: number): Uint8Array {
  const frame = new OutgoingFrame(tinyLayout.length);
  return frame.seal({ run: RUN, version, lease: 0 });
}

function joined(frame: Uint8Array): Uint8Array {
  const longer = new Uint8Array(frame.length + 4);
  longer.set(frame);
  return longer;
}
