/** Peers that send anything at all, beside one honest worker: a short form of `npm run bench:frames`. */
import { RandomSequence } from "@convoy/foundation";
import { parseToCoordinator, readFrame, type ToCoordinator } from "@convoy/protocol";
import { hostileFrame, hostileMessage, messagesToCoordinator } from "@convoy/protocol/hostile";
import { expect, test } from "vitest";
import { sealed } from "./test-frames.ts";
import { differenceFrom, plainTraining, type TestPeer, TestRun, tinyLayout } from "./test-run-loop.ts";

const MESSAGES = 3000;
const roles = ["stranger", "worker", "viewer"] as const;
type Role = (typeof roles)[number];

test("[P5] every hostile message is refused by name, and an honest worker beside trains on as alone", async () => {
  const run = new TestRun();
  run.addWorker("honest");
  const peers = new Map<Role, TestPeer>();
  let refusals = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const random = new RandomSequence(3, "test", i);
    const role = roles[random.below(3)] as Role;
    const peer = peers.get(role) ?? arrive(run, role);
    peers.set(role, peer);
    const message = drawMessage(random, peer);
    if (doesWhatItMay(peer, role, message)) continue;
    const before = peer.refusals.length;
    peer.say(message);
    const answered = peer.refusals.length - before;
    if (mustBeRefused(role, message)) expect(answered, `answers to a ${role}'s message ${i}`).toBeGreaterThan(0);
    refusals += answered;
    if (peer.closeCount > 0 || role === "stranger") leave(peers, role, peer);
    if (i % 500 < 499) continue;
    // What the worker among them had in hand would be waited for.
    for (const [role, peer] of peers) leave(peers, role, peer);
    const { step } = run.view;
    await run.until(() => run.view.step > step || run.view.state === "finished");
  }
  expect(refusals).toBeGreaterThan(0.8 * MESSAGES);
  await run.until(() => run.view.state === "finished");
  run.loop.close();
  expect(differenceFrom(await plainTraining(), run.plane.parameters)).toBeLessThan(1e-5);
});

function arrive(run: TestRun, role: Role): TestPeer {
  const peer = run.addPeer();
  if (role === "worker") peer.enter();
  if (role === "viewer") peer.say(messagesToCoordinator.watch);
  return peer;
}

function leave(peers: Map<Role, TestPeer>, role: Role, peer: TestPeer): void {
  peer.close();
  peers.delete(role);
}

/** Also with a frame for the lease in hand, damaged. */
function drawMessage(random: RandomSequence, peer: TestPeer): object {
  const lease = peer.all("lease").at(-1);
  if (lease === undefined || random.below(3) > 0) {
    const message = hostileMessage(random, Object.values(messagesToCoordinator));
    // The network in memory carries objects.
    return typeof message === "object" && message !== null ? message : [message];
  }
  const frame = hostileFrame(random, sealed(new Float32Array(tinyLayout.length), lease));
  return { ...messagesToCoordinator.contribution, frame };
}

/** What is in order, and would change what is compared. */
function doesWhatItMay(peer: TestPeer, role: Role, message: unknown): boolean {
  const understood = understand(message);
  if (understood === null) return false;
  if (understood.type === "control") return role === "viewer";
  return understood.type === "contribution" && peer.all("lease").length > 0;
}

function mustBeRefused(role: Role, message: unknown): boolean {
  const understood = understand(message);
  return understood === null || (role === "stranger" && understood.type !== "join" && understood.type !== "watch");
}

/** The message, if it and the frame in it are as the protocol wants them. */
function understand(message: unknown): ToCoordinator | null {
  const parsed = parseToCoordinator(message);
  if (!parsed.ok) return null;
  if (parsed.message.type !== "contribution") return parsed.message;
  return readFrame(parsed.message.frame, tinyLayout.length).ok ? parsed.message : null;
}
