/** A connection is a stranger's, a worker's or a viewer's, and each may say its own things only. */
import { messagesToCoordinator } from "@convoy/protocol/hostile";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sealed } from "./test-frames.ts";
import { type TestPeer, TestRun, tinyLayout } from "./test-run-loop.ts";

let run: TestRun;
beforeEach(() => {
  run = new TestRun();
});
afterEach(() => run.loop.close());

const { join, watch, control, leave, decline } = messagesToCoordinator;
const frame = sealed(new Float32Array(tinyLayout.length), { lease: 1, version: 0 });
/** In the words of the protocol, and with a frame that can be read. */
const ofWorkers = Object.entries({
  ...messagesToCoordinator,
  contribution: { ...messagesToCoordinator.contribution, frame },
})
  .filter(([type]) => !["join", "watch", "control"].includes(type))
  .map(([type, message]) => [type, message] as const);

function viewer(): TestPeer {
  const peer = run.addPeer();
  peer.say(watch);
  return peer;
}

const kinds = (peer: TestPeer) => peer.raw.map(({ type }) => type);

describe("[W15] a connection", () => {
  test("that watches cannot join, and goes on watching", () => {
    const peer = viewer();
    peer.say(join);
    expect(peer.refusals).toEqual(["already-joined"]);
    expect(run.view.workers).toEqual([]);
    peer.say(control);
    expect(run.view.state).toBe("paused");
  });

  test("that works cannot watch, and goes on working", async () => {
    const peer = run.addPeer().enter();
    peer.say(watch);
    expect(peer.refusals).toEqual(["already-joined"]);
    expect(kinds(peer)).not.toContain("snapshot");
    peer.say(await peer.contribution());
    expect(peer.all("counted")).toHaveLength(1);
  });

  test("whose worker could not watch can still do nothing but a worker's things", () => {
    const peer = run.addPeer().enter();
    peer.say(watch);
    peer.say(control);
    expect(peer.refusals).toEqual(["already-joined", "not-allowed"]);
    expect(run.view.state).toBe("training");
  });
});

describe.each(ofWorkers)("[W2] %s", (_, message) => {
  test("is refused from a stranger and from a viewer, who changes nothing by it", () => {
    for (const peer of [run.addPeer(), viewer()]) {
      peer.say(message);
      expect(peer.refusals).toEqual(["not-joined"]);
    }
    expect(run.view).toMatchObject({ step: 0, workers: [] });
  });
});

test("[V3] the run is not controlled by a stranger, nor by a worker", () => {
  for (const peer of [run.addPeer(), run.addPeer().enter()]) {
    peer.say(control);
    expect(peer.refusals).toEqual(["not-allowed"]);
  }
  expect(run.view.state).toBe("training");
});

test.each([leave, decline])("[W13] a worker that says $type is disconnected, and heard no more", (goodbye) => {
  const peer = run.addPeer().enter();
  peer.say(goodbye);
  peer.say(join);
  expect(peer.closeCount).toBe(1);
  expect(run.view.workers).toMatchObject([{ state: "left" }]);
});
