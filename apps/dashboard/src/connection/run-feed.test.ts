import type { ToCoordinator, ToViewer } from "@convoy/protocol";
import { PROTOCOL_VERSION } from "@convoy/protocol";
import { type Connection, MemoryNetwork } from "@convoy/transport";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exampleRun, exampleTestSet } from "./example-run.ts";
import { DRAWING_INTERVAL_MS, RunFeed, type RunFeedState } from "./run-feed.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A feed, what it showed, and the coordinator's end of its connection. */
function watchedRun() {
  const heard: ToCoordinator[] = [];
  const shown: RunFeedState[] = [];
  let accepted: Connection | undefined;
  const network = new MemoryNetwork((connection) => {
    accepted = connection;
    return { onMessage: (data) => heard.push(data as ToCoordinator), onClose: () => {} };
  });
  const feed = new RunFeed(network.dial, "k7m4-x9p2", (state) => shown.push(state));
  return {
    feed,
    heard,
    shown,
    network,
    newest: () => shown.at(-1) as RunFeedState,
    say(message: ToViewer) {
      accepted?.send(message);
      network.flush();
    },
    hangUp() {
      accepted?.close();
      network.flush();
    },
  };
}

const snapshot = (step: number): ToViewer => ({
  type: "snapshot",
  run: exampleRun({ step }),
  losses: [{ step, loss: 2 }],
  epochs: [],
  log: [],
  evaluation: null,
  testSet: exampleTestSet,
  mayControl: true,
});
const progress = (step: number, state: "training" | "paused" = "training"): ToViewer => ({
  type: "progress",
  run: exampleRun({ step, state }),
  losses: [{ step, loss: 1 }],
  epochs: [],
  log: [],
  evaluation: null,
});

test("it watches as soon as the connection is open", () => {
  const { network, heard, newest } = watchedRun();
  network.flush();
  expect(heard).toEqual([{ type: "watch", protocol: PROTOCOL_VERSION, token: "k7m4-x9p2" }]);
  expect(newest().connection).toBe("open");
});

test("many messages are drawn once in an interval, and none is lost", () => {
  const { network, say, shown, newest } = watchedRun();
  network.flush();
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS * 2);
  const drawnBefore = shown.length;
  say(snapshot(1));
  for (let step = 2; step <= 50; step++) say(progress(step));
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(shown.length - drawnBefore).toBe(2);
  expect(newest().picture?.run.step).toBe(50);
  expect(newest().picture?.losses.buckets).toHaveLength(50);
  vi.advanceTimersByTime(10 * DRAWING_INTERVAL_MS);
  expect(shown.length - drawnBefore).toBe(2);
});

test("a lost connection is said, and the picture stays", () => {
  const { network, say, hangUp, newest } = watchedRun();
  network.flush();
  say(snapshot(7));
  hangUp();
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest()).toMatchObject({ connection: "lost", lostAt: expect.any(Number) });
  expect(newest().picture?.run.step).toBe(7);
});

test("a coordinator that never answers is called silent", () => {
  const { newest } = watchedRun();
  vi.advanceTimersByTime(5000);
  expect(newest().connection).toBe("silent");
});

test("a control is pending until the run's state changes", () => {
  const { network, feed, say, heard, newest } = watchedRun();
  network.flush();
  say(snapshot(1));
  feed.control("pause");
  network.flush();
  expect(heard.at(-1)).toEqual({ type: "control", action: "pause" });
  say(progress(2));
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest().pendingControl).toBe("pause");
  say(progress(2, "paused"));
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest().pendingControl).toBeNull();
});

test("a refused control is shown until it is dismissed", () => {
  const { network, feed, say, newest } = watchedRun();
  network.flush();
  feed.control("stop");
  say({ type: "refused", refusal: { reason: "not-allowed", sentence: "Only the teacher may stop the run." } });
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest()).toMatchObject({ pendingControl: null, refusal: { reason: "not-allowed" } });
  feed.dismissRefusal();
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest().refusal).toBeNull();
});

test("turned away, it does not come back by itself", () => {
  const { network, say, heard, newest } = watchedRun();
  network.flush();
  say({ type: "refused", refusal: { reason: "invitation-required", sentence: "This run asks for an invitation." } });
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest()).toMatchObject({ isTurnedAway: true, refusal: { reason: "invitation-required" } });
  for (let i = 0; i < 5; i++) network.flush();
  expect(heard).toHaveLength(1);
});

test("a control that is never answered does not stay pending for ever", () => {
  const { network, feed, newest } = watchedRun();
  network.flush();
  feed.control("pause");
  vi.advanceTimersByTime(6000);
  expect(newest().pendingControl).toBeNull();
});

test("what cannot be understood is shown, and does not harm the picture", () => {
  const { network, say, newest } = watchedRun();
  network.flush();
  say(snapshot(3));
  say({ type: "progress", run: { step: "four" } } as unknown as ToViewer);
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest().misunderstanding).toContain("not understood");
  expect(newest().picture?.run.step).toBe(3);
  say(progress(4));
  vi.advanceTimersByTime(DRAWING_INTERVAL_MS);
  expect(newest()).toMatchObject({ misunderstanding: null, picture: { run: { step: 4 } } });
});

test("closed, it leaves no timer behind", () => {
  const { network, feed } = watchedRun();
  network.flush();
  feed.control("pause");
  feed.close();
  expect(vi.getTimerCount()).toBe(0);
});
