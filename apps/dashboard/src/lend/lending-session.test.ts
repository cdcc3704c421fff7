import type { WorkerCommand, WorkerStatus } from "@convoy/worker";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exampleStatus } from "./example-status.ts";
import { LendingSession, type LendingState, type StartCommand, type WorkerThread } from "./lending-session.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start: StartCommand = {
  type: "start",
  url: "http://localhost:4000",
  name: "Desk",
  device: "Chrome 156 on Linux",
  engine: null,
};

/** The page's end of a thread, driven by hand. */
class Thread implements WorkerThread {
  readonly commands: WorkerCommand[] = [];
  ended = false;
  onmessage: WorkerThread["onmessage"] = null;
  onerror: WorkerThread["onerror"] = null;
  onmessageerror: WorkerThread["onmessageerror"] = null;

  postMessage(command: WorkerCommand): void {
    this.commands.push(command);
  }

  terminate(): void {
    this.ended = true;
  }

  report(status: WorkerStatus): void {
    this.onmessage?.call(this as unknown as Worker, { data: { type: "status", status } } as MessageEvent);
  }

  die(message: string): void {
    this.onerror?.call(this as unknown as Worker, { message, preventDefault() {} } as ErrorEvent);
  }
}

function lentDevice() {
  const threads: Thread[] = [];
  const states: LendingState[] = [];
  const create = () => {
    const thread = new Thread();
    threads.push(thread);
    return thread;
  };
  const session = new LendingSession(create, start, (state) => states.push(state));
  return {
    session,
    threads,
    thread: () => threads.at(-1) as Thread,
    state: () => states.at(-1) as LendingState,
  };
}

test("it starts one worker and shows what it says", () => {
  const { threads, thread, state } = lentDevice();
  expect(thread().commands).toEqual([start]);
  thread().report(exampleStatus({ samples: 64, leases: 2 }));
  expect(state()).toMatchObject({ stage: "lending", samples: 64, leases: 2 });
  expect(threads).toHaveLength(1);
});

test("a worker that dies is replaced after a while, and its contribution still counts", () => {
  const { threads, thread, state } = lentDevice();
  thread().report(exampleStatus({ samples: 64, leases: 2 }));
  thread().die("Uncaught Error: The GPU was lost");
  expect(threads[0]?.ended).toBe(true);
  expect(state().death).toEqual({ sentence: "The GPU was lost.", restartSeconds: 1 });
  vi.advanceTimersByTime(1000);
  expect(threads).toHaveLength(2);
  expect(thread().commands).toEqual([start]);
  expect(state().death).toBeNull();
  thread().report(exampleStatus({ samples: 32, leases: 1 }));
  expect(state()).toMatchObject({ samples: 96, leases: 3 });
});

test("deaths in a row make it wait longer; a long life makes it forget them", () => {
  const { thread, state } = lentDevice();
  thread().die("first");
  vi.advanceTimersByTime(1000);
  thread().die("second");
  expect(state().death?.restartSeconds).toBe(2);
  vi.advanceTimersByTime(2000);
  vi.advanceTimersByTime(60_000);
  thread().die("much later");
  expect(state().death?.restartSeconds).toBe(1);
});

test("a script that cannot be loaded is named", () => {
  const { thread, state } = lentDevice();
  thread().die("");
  expect(state().death?.sentence).toBe("its script could not be loaded.");
});

test("a paused device stays paused in its next worker", () => {
  const { session, thread } = lentDevice();
  session.pause();
  thread().die("gone");
  vi.advanceTimersByTime(1000);
  expect(thread().commands).toEqual([start, { type: "pause" }]);
  session.resume();
  expect(thread().commands.at(-1)).toEqual({ type: "resume" });
});

test("between two leases it works on; without one for a while it rests", () => {
  const { thread, state } = lentDevice();
  thread().report(exampleStatus({ phase: "waiting", samples: 32 }));
  vi.advanceTimersByTime(1000);
  thread().report(exampleStatus({ phase: "working", samples: 32 }));
  vi.advanceTimersByTime(5000);
  expect(state().resting).toBe(false);
  thread().report(exampleStatus({ phase: "waiting", samples: 64 }));
  vi.advanceTimersByTime(2000);
  expect(state().resting).toBe(true);
  thread().report(exampleStatus({ phase: "waiting", samples: 64, sentence: "The run is paused." }));
  expect(state().resting).toBe(true);
  thread().report(exampleStatus({ phase: "working", samples: 64 }));
  expect(state().resting).toBe(false);
});

test("stopping says goodbye before the worker ends, and starts no other", () => {
  const { session, threads, thread, state } = lentDevice();
  session.stop();
  expect(thread().commands.at(-1)).toEqual({ type: "stop" });
  expect(thread().ended).toBe(false);
  expect(state().stage).toBe("stopped");
  thread().die("while saying goodbye");
  vi.advanceTimersByTime(60_000);
  expect(thread().ended).toBe(true);
  expect(threads).toHaveLength(1);
});

test("stopping between two workers starts no other", () => {
  const { session, threads, thread } = lentDevice();
  thread().die("gone");
  session.stop();
  vi.advanceTimersByTime(60_000);
  expect(threads).toHaveLength(1);
});

test("a page that goes leaves nothing running", () => {
  const { session, thread } = lentDevice();
  thread().die("gone");
  session.end();
  expect(vi.getTimerCount()).toBe(0);
});
