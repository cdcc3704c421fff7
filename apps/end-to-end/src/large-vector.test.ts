import { OutgoingFrame, PROTOCOL_VERSION } from "@convoy/protocol";
import { dialSocketIo } from "@convoy/transport/client";
import { afterEach, expect, test } from "vitest";
import { CoordinatorProcess } from "./coordinator-process.ts";

let coordinator: CoordinatorProcess;
afterEach(() => coordinator.stop());

/** 230 MB: the gradient of an AlexNet, in a run that has 44,426 parameters. */
const LENGTH = 57_500_000;

test("[T12] [F5] a vector of 230 MB comes through whole and is refused by name, while another worker trains on", async () => {
  coordinator = await CoordinatorProcess.start(["--local-workers", "1", "--epochs", "1000"]);
  const before = await coordinator.runUntil("the first steps", ({ step }) => step >= 3);
  const frame = new OutgoingFrame(LENGTH).seal({ run: before.run, version: before.step, lease: 1 });
  const refusals: { reason: string; sentence: string }[] = [];
  const closings: string[] = [];
  const connection = dialSocketIo(coordinator.url)({
    onOpen() {
      connection.send({ type: "join", protocol: PROTOCOL_VERSION, name: "Huge", device: "Node", token: null });
      const engine = { name: "huge", device: "Node", fingerprint: "huge" };
      connection.send({ type: "ready", engine, proof: { largestError: 0, durationMs: 1 } });
      connection.send({
        type: "contribution",
        lossSum: 1,
        correctCount: 0,
        stepLosses: [],
        computeMs: 1,
        headStartMs: 0,
        frame,
      });
    },
    onMessage(data) {
      const { type, refusal } = data as { type: string; refusal?: { reason: string; sentence: string } };
      if (type === "refused" && refusal !== undefined) refusals.push(refusal);
    },
    onClose: (reason) => closings.push(reason),
  });
  const stepsMeanwhile: number[] = [];
  const after = await coordinator.runUntil("the refusal", ({ step }) => {
    stepsMeanwhile.push(step);
    return refusals.length > 0;
  });
  expect(closings).toEqual([]);
  connection.close();
  expect(refusals[0]).toMatchObject({
    reason: "wrong-length",
    sentence: expect.stringContaining(`${LENGTH} elements`),
  });
  expect(new Set(stepsMeanwhile).size).toBeGreaterThan(1);
  // The honest worker trains on as before, and nothing of it was refused.
  const later = await coordinator.runUntil("more steps", ({ step }) => step >= after.step + 3);
  expect(later.workers.find(({ name }) => name === "Local worker 1")).toMatchObject({ refusals: 0 });
});
