import { startWorker } from "@convoy/coordination";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describeWorker } from "./describe-worker.ts";
import { limitRate } from "./limit-rate.ts";
import type { WorkerPhase, WorkerStatus } from "./worker-status.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const blank = describeWorker(startWorker, {
  inUse: null,
  engineRemarks: [],
  trial: null,
  verdict: null,
  samplesPerSecond: 0,
  lastLeaseMs: null,
  download: null,
});

function limited() {
  const shown: WorkerStatus[] = [];
  const show = limitRate((status) => shown.push(status));
  const tell = (status: Partial<WorkerStatus>) => show({ ...blank, ...status });
  return { shown, tell, say: (phase: WorkerPhase, samples = 0) => tell({ phase, samples }) };
}

test("a new phase is shown at once", () => {
  const { shown, say } = limited();
  say("connecting");
  say("proving");
  say("working");
  expect(shown.map((status) => status.phase)).toEqual(["connecting", "proving", "working"]);
});

test("of many statuses in one phase the newest is shown, once a second", () => {
  const { shown, say } = limited();
  for (let i = 0; i <= 4000; i++) {
    say(i % 2 === 0 ? "working" : "waiting", i);
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(1000);
  expect(shown.length).toBeGreaterThan(3);
  expect(shown.length).toBeLessThanOrEqual(6);
  expect(shown.at(-1)?.samples).toBe(4000);
});

test("a new phase does not double the rate of the next one", () => {
  const { shown, say } = limited();
  say("working", 0);
  say("working", 1);
  vi.advanceTimersByTime(800);
  say("paused", 2);
  say("paused", 3);
  vi.advanceTimersByTime(240);
  expect(shown.map((status) => status.samples)).toEqual([0, 2]);
  vi.advanceTimersByTime(800);
  expect(shown.map((status) => status.samples)).toEqual([0, 2, 3]);
});

test("an engine that is tried is shown at once: should the worker die of it, that is known", () => {
  const { shown, tell } = limited();
  const trial = { engine: "webgpu", compiled: null };
  tell({ phase: "working" });
  tell({ phase: "working", samples: 8 });
  tell({ phase: "working", trial });
  tell({ phase: "waiting", trial: { ...trial, compiled: { done: 1, all: 9 } } });
  tell({ phase: "working", trial: null });
  expect(shown.map((status) => status.trial?.engine)).toEqual([undefined, "webgpu", undefined]);
});
