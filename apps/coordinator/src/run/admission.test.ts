import { limits, PROTOCOL_VERSION } from "@convoy/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestPeer, TestRun, tokens } from "./test-run-loop.ts";

let run: TestRun;
beforeEach(() => {
  run = new TestRun();
  run.caller = { address: "192.168.1.7", host: "192.168.1.5:4300", forwarded: false };
});
afterEach(() => run.loop.close());

const join = (token: string | null) => ({ type: "join", protocol: PROTOCOL_VERSION, name: "A", device: "B", token });
const watch = (token: string | null) => ({ type: "watch", protocol: PROTOCOL_VERSION, token });

function addPeer(greeting: object): TestPeer {
  const peer = run.addPeer();
  peer.say(greeting);
  return peer;
}

/** The first answer to a viewer. */
const snapshot = (peer: TestPeer) => peer.raw.find(({ type }) => type === "snapshot");

describe("a device on the network", () => {
  test.each([
    ["no token", null],
    ["an empty one", ""],
    ["a wrong one", "k7m4-x9p3"],
    ["the longest", "x".repeat(limits.tokenLength)],
  ])("[A2] that joins or watches with %s is refused by name and disconnected", (_, token) => {
    for (const greeting of [join(token), watch(token)]) {
      const peer = addPeer(greeting);
      expect(peer.refusals).toEqual(["invitation-required"]);
      expect(peer.closeCount).toBe(1);
      expect(peer.raw).toHaveLength(1);
    }
    expect(run.view.workers).toEqual([]);
  });

  test("[A2] joins and watches with the invitation, and with the admin key", () => {
    for (const token of [tokens.invitation, tokens.adminKey]) {
      expect(addPeer(join(token)).all("welcome")).toHaveLength(1);
      expect(snapshot(addPeer(watch(token)))).toBeDefined();
    }
  });

  test("[A2] is asked once: what it says later needs no token", () => {
    const peer = addPeer(join(tokens.invitation));
    peer.say(join(null));
    expect(peer.refusals).toEqual(["already-joined"]);
    peer.say({ type: "availability", available: false });
    expect(run.view.workers).toMatchObject([{ state: "paused" }]);
  });

  test("[A3] controls the run with the admin key, and is told which it has", () => {
    const guest = addPeer(watch(tokens.invitation));
    const admin = addPeer(watch(tokens.adminKey));
    expect(snapshot(guest)).toMatchObject({ mayControl: false });
    expect(snapshot(admin)).toMatchObject({ mayControl: true });
    guest.say({ type: "control", action: "stop" });
    expect(guest.refusals).toEqual(["not-allowed"]);
    expect(guest.closeCount).toBe(0);
    expect(run.view.state).toBe("waiting");
    admin.say({ type: "control", action: "pause" });
    expect(admin.refusals).toEqual([]);
    expect(run.view.state).toBe("paused");
  });

  test("[A5] that tries one token after the other is soon told nothing more about them", () => {
    for (let i = 0; i < limits.wrongTokens; i++) addPeer(watch(`wrong-${i}`));
    const peer = addPeer(watch(tokens.adminKey));
    expect(peer.refusals).toEqual(["invitation-required"]);
    expect(peer.raw[0]).toMatchObject({ refusal: { sentence: expect.stringContaining("wait a minute") } });
  });
});

describe("a page on this machine", () => {
  test("[A1] needs no token under a name that always means this machine", () => {
    run.caller = { address: "127.0.0.1", host: "localhost:4300", forwarded: false };
    expect(snapshot(addPeer(watch(null)))).toMatchObject({ mayControl: true });
  });

  test("[A1] whose own name was made to lead here gets nothing", () => {
    run.caller = { address: "127.0.0.1", host: "evil.example:4300", forwarded: false };
    expect(addPeer(watch(null)).refusals).toEqual(["invitation-required"]);
  });
});
