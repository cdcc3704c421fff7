import { limits, PROTOCOL_VERSION, parseToViewer, type ToViewer } from "@convoy/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestPeer, TestRun } from "./test-run-loop.ts";

let run: TestRun;
beforeEach(() => {
  vi.useFakeTimers();
  run = new TestRun();
});
afterEach(() => {
  run.loop.close();
  vi.useRealTimers();
});

const watch = { type: "watch", protocol: PROTOCOL_VERSION, token: null };

/** What a viewer was told, every message understood. */
function shownTo(peer: TestPeer): ToViewer[] {
  return peer.raw.map((data) => {
    const parsed = parseToViewer(data);
    if (!parsed.ok) throw new Error(parsed.refusal.sentence);
    return parsed.message;
  });
}

function addViewer(): TestPeer {
  const viewer = run.addPeer();
  viewer.say(watch);
  return viewer;
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 25) {
    await vi.advanceTimersByTimeAsync(25);
    run.network.flush();
  }
}

describe("a viewer", () => {
  test("[V1] gets everything so far at once, then what is new, a few times a second", async () => {
    run.addWorker("worker");
    await run.until(
      () => run.view.step === 3,
      () => vi.advanceTimersByTimeAsync(1),
    );
    const viewer = addViewer();
    const [snapshot] = shownTo(viewer);
    if (snapshot?.type !== "snapshot") throw new Error("the first answer to a viewer is a snapshot");
    expect(snapshot.run.step).toBeGreaterThanOrEqual(3);
    expect(snapshot.run.workers).toMatchObject([{ name: "worker" }]);
    expect(snapshot.losses.map(({ step }) => step)).toEqual(snapshot.losses.map((_, index) => index + 1));
    expect(snapshot.losses).toHaveLength(snapshot.run.step);
    expect(JSON.stringify(snapshot)).toContain("worker joined.");
    await run.until(
      () => run.view.state === "finished",
      () => vi.advanceTimersByTimeAsync(1),
    );
    await pass(1000);
    const later = shownTo(viewer).slice(1);
    expect(later.length).toBeGreaterThanOrEqual(3);
    expect(later.length).toBeLessThanOrEqual(6);
    expect(later.every((message) => message.type === "progress")).toBe(true);
    expect(later.at(-1)).toMatchObject({ run: { state: "finished", step: 8 } });
  });

  test("[V1] hears of every step, epoch and log entry once, in the snapshot or after it", async () => {
    run.addWorker("worker");
    const viewers: TestPeer[] = [];
    await run.until(
      () => {
        if (viewers.length < 6) viewers.push(addViewer());
        return run.view.state === "finished";
      },
      () => vi.advanceTimersByTimeAsync(40),
    );
    await pass(500);
    for (const viewer of viewers) {
      const told = shownTo(viewer).flatMap((message) => (message.type === "refused" ? [] : [message]));
      expect(told.flatMap(({ losses }) => losses.map(({ step }) => step))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(told.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch))).toEqual([1, 2]);
      expect(told.flatMap(({ log }) => log.filter(({ sentence }) => sentence === "worker joined."))).toHaveLength(1);
    }
  });

  test("[V6] receives the newest evaluation at once, and each later one once", async () => {
    run.addWorker("worker");
    const early = addViewer();
    // Slowly enough that something is told between two evaluations.
    const slowly = () => vi.advanceTimersByTimeAsync(40);
    await run.until(() => run.reports.some(({ type }) => type === "epoch"), slowly);
    const late = addViewer();
    await run.until(() => run.view.state === "finished", slowly);
    await pass(1000);
    const evaluationsTold = (viewer: TestPeer) =>
      shownTo(viewer).flatMap((message) =>
        message.type === "refused" || message.evaluation === null ? [] : [message.evaluation],
      );
    for (const viewer of [early, late]) {
      const told = evaluationsTold(viewer);
      expect(told.map(({ epoch }) => epoch)).toEqual([1, 2]);
      for (const { confusion, sampleCount, correctCount } of told) {
        expect(confusion?.reduce((sum, count) => sum + count, 0)).toBe(sampleCount);
        expect([0, 4, 8].reduce((sum, place) => sum + (confusion?.[place] ?? 0), 0)).toBe(correctCount);
      }
    }
    const [snapshot] = shownTo(early);
    expect(snapshot).toMatchObject({
      evaluation: null,
      testSet: { classNames: ["a", "b", "c"], sampleShape: [4, 4, 1] },
    });
  });

  test("[V2] beyond the limit is refused, until another has gone", () => {
    const viewers = Array.from({ length: limits.viewers }, addViewer);
    const late = addViewer();
    expect(late.refusals).toEqual(["too-many-viewers"]);
    expect(late.closeCount).toBe(0);
    viewers[0]?.close();
    late.say(watch);
    expect(shownTo(late).at(-1)?.type).toBe("snapshot");
  });

  test("[V2] that watches a second time takes no second place and gets no second snapshot", async () => {
    const viewers = Array.from({ length: limits.viewers }, addViewer);
    viewers[3]?.say(watch);
    expect(viewers[3]?.refusals).toEqual([]);
    await pass(300);
    const told = shownTo(viewers[3] as TestPeer).map((message) => message.type);
    expect(told).toEqual(["snapshot", "progress"]);
  });

  test("[V4] pauses the run, lets it go on, and stops it", async () => {
    const viewer = addViewer();
    const worker = run.addPeer().enter();
    viewer.say({ type: "control", action: "pause" });
    expect(worker.all("run-state").map(({ state }) => state)).toEqual(["paused"]);
    expect(run.view.state).toBe("paused");
    viewer.say({ type: "control", action: "resume" });
    expect(run.view.state).toBe("training");
    viewer.say({ type: "control", action: "stop" });
    expect(worker.all("run-state").map(({ state }) => state)).toEqual(["paused", "running", "ended"]);
    expect(run.checkpoints).toMatchObject([{ step: 0, epoch: null }]);
    viewer.say({ type: "control", action: "resume" });
    expect(viewer.refusals).toEqual(["run-ended"]);
    await pass(300);
    expect(shownTo(viewer).at(-1)).toMatchObject({ type: "progress", run: { state: "stopped" } });
  });

  test("[V3] is what it takes to control the run", () => {
    const stranger = run.addPeer();
    stranger.say({ type: "control", action: "stop" });
    expect(stranger.refusals).toEqual(["not-allowed"]);
    expect(run.view.state).toBe("waiting");
  });

  test("[P1] that says something malformed is disconnected, and the others keep watching", async () => {
    const [odd, calm] = [addViewer(), addViewer()];
    odd.say({ type: "control", action: "explode" });
    expect(odd.refusals).toEqual(["malformed"]);
    expect(odd.closeCount).toBe(1);
    await pass(300);
    expect(shownTo(calm).at(-1)?.type).toBe("progress");
  });
});
