import type { EngineVerdict, WorkerCommand, WorkerMessage, WorkerStatus } from "@convoy/worker";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exampleStatus } from "./example-status.ts";
import { type FirstStart, LendingSession, type LendingState, type WorkerThread } from "./lending-session.ts";
import type { VerdictMemory } from "./remembered-verdicts.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start: FirstStart = {
  type: "start",
  threads: 1,
  url: "http://localhost:4000",
  name: "Desk",
  device: "Chrome 156 on Linux",
  token: "k7m4-x9p2",
  engine: null,
};
/** What a first worker is told. */
const started = { ...start, leftOut: [], verdicts: [] };

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
    this.#say({ type: "status", status });
  }

  answer(): void {
    this.#say({ type: "pong" });
  }

  #say(data: WorkerMessage): void {
    this.onmessage?.call(this as unknown as Worker, { data } as MessageEvent);
  }

  die(message: string): void {
    this.onerror?.call(this as unknown as Worker, { message, preventDefault() {} } as ErrorEvent);
  }
}

/** A device that remembers as long as the test lasts. */
function memoryOfTest() {
  let verdicts: readonly EngineVerdict[] = [];
  return {
    recall: () => verdicts,
    keep: vi.fn((verdict: EngineVerdict) => {
      verdicts = [verdict];
    }),
    forget: (task) => {
      verdicts = verdicts.filter((verdict) => verdict.task !== task);
    },
  } satisfies VerdictMemory;
}

function lentDevice(command = start) {
  const threads: Thread[] = [];
  const states: LendingState[] = [];
  const create = () => {
    const thread = new Thread();
    threads.push(thread);
    return thread;
  };
  const memory = memoryOfTest();
  const session = new LendingSession(create, command, memory, (state) => states.push(state));
  return {
    session,
    memory,
    threads,
    thread: () => threads.at(-1) as Thread,
    state: () => states.at(-1) as LendingState,
  };
}

test("it starts one worker and shows what it says", () => {
  const { threads, thread, state } = lentDevice();
  expect(thread().commands).toEqual([started]);
  thread().report(exampleStatus({ samples: 64, leases: 2 }));
  expect(state()).toMatchObject({ stage: "lending", samples: 64, leases: 2 });
  expect(threads).toHaveLength(1);
});

test("a worker that dies is replaced after a while, and its contribution still counts", () => {
  const { threads, thread, state } = lentDevice();
  thread().report(exampleStatus({ samples: 64, leases: 2 }));
  thread().die("Uncaught Error: The GPU was lost");
  expect(threads[0]?.ended).toBe(true);
  expect(state().restart).toEqual({ cause: "death", sentence: "The GPU was lost.", seconds: 1 });
  vi.advanceTimersByTime(1000);
  expect(threads).toHaveLength(2);
  expect(thread().commands).toEqual([started]);
  expect(state().restart).toBeNull();
  thread().report(exampleStatus({ samples: 32, leases: 1 }));
  expect(state()).toMatchObject({ samples: 96, leases: 3 });
});

test("deaths in a row make it wait longer; a long life makes it forget them", () => {
  const { thread, state } = lentDevice();
  thread().die("first");
  vi.advanceTimersByTime(1000);
  thread().die("second");
  expect(state().restart?.seconds).toBe(2);
  vi.advanceTimersByTime(2000);
  vi.advanceTimersByTime(30_000);
  thread().answer();
  vi.advanceTimersByTime(30_000);
  thread().die("much later");
  expect(state().restart?.seconds).toBe(1);
});

test("a script that cannot be loaded is named", () => {
  const { thread, state } = lentDevice();
  thread().die("");
  expect(state().restart?.sentence).toBe("its script could not be loaded.");
});

test("a paused device stays paused in its next worker", () => {
  const { session, thread, state } = lentDevice();
  session.pause();
  expect(state().paused).toBe(true);
  thread().die("gone");
  vi.advanceTimersByTime(1000);
  expect(thread().commands).toEqual([started, { type: "pause" }]);
  session.resume();
  expect(state().paused).toBe(false);
  expect(thread().commands.at(-1)).toEqual({ type: "resume" });
  thread().die("gone again");
  session.pause();
  expect(state().paused).toBe(true);
  vi.advanceTimersByTime(2000);
  expect(thread().commands).toEqual([started, { type: "pause" }]);
});

test("between two leases it works on; without one for a while it rests", () => {
  const { thread, state } = lentDevice();
  thread().report(exampleStatus({ phase: "waiting", samples: 32 }));
  // What it says next may have waited for a second, and for a step of its thread.
  vi.advanceTimersByTime(2000);
  expect(state().resting).toBe(false);
  thread().report(exampleStatus({ phase: "working", samples: 32 }));
  vi.advanceTimersByTime(5000);
  expect(state().resting).toBe(false);
  thread().report(exampleStatus({ phase: "waiting", samples: 64 }));
  vi.advanceTimersByTime(3000);
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
  thread().report(exampleStatus({ phase: "broken" }));
  session.suspend();
  expect(thread().ended).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

const lost = exampleStatus({
  phase: "broken",
  sentence: "The GPU was lost.",
  engine: { name: "tfjs-webgpu", device: "GPU" },
});

test("a worker whose engine broke is replaced once its goodbye has left", () => {
  const { threads, thread, state } = lentDevice();
  thread().report(lost);
  expect(state().restart).toEqual({ cause: "death", sentence: "The GPU was lost.", seconds: 1 });
  expect(thread().ended).toBe(false);
  vi.advanceTimersByTime(1000);
  expect(threads.map(({ ended }) => ended)).toEqual([true, false]);
  expect(thread().commands).toEqual([started]);
});

test("an engine that broke twice is left out by the next worker", () => {
  const { thread, state } = lentDevice();
  thread().report(lost);
  vi.advanceTimersByTime(1000);
  expect(state().leftOut).toEqual([]);
  thread().report(lost);
  const leftOut = [{ engine: "tfjs-webgpu", sentence: expect.stringContaining("The last time: The GPU was lost.") }];
  expect(state().leftOut).toEqual(leftOut);
  vi.advanceTimersByTime(2000);
  expect(thread().commands).toEqual([{ ...started, leftOut }]);
});

test("a death is held against the engine that was being tested, too, and against none before one was", () => {
  const { thread, state } = lentDevice();
  for (const engine of [null, "tfjs-webgpu", null, "tfjs-webgpu"]) {
    expect(state().leftOut).toEqual([]);
    const trial = engine === null ? null : { engine, compiled: null };
    thread().report(exampleStatus({ phase: "proving", engine: null, trial }));
    thread().die("Uncaught RangeError: out of memory");
    vi.advanceTimersByTime(30_000);
  }
  expect(state().leftOut).toMatchObject([{ engine: "tfjs-webgpu" }]);
});

test("a death without a word is held against the engine that is tried beside the one in use", () => {
  const { thread, state } = lentDevice();
  for (let death = 0; death < 2; death++) {
    thread().report(exampleStatus({ trial: { engine: "webgpu", compiled: null } }));
    thread().die("Uncaught RangeError: out of memory");
    vi.advanceTimersByTime(30_000);
  }
  expect(state().leftOut).toMatchObject([{ engine: "webgpu" }]);
});

const verdict: EngineVerdict = {
  task: "1234abcd",
  sampleCount: 64,
  measuredAt: 1_700_000_000_000,
  timings: [],
  winner: "wasm",
};

test("what a worker has measured is told to the next one", () => {
  const { thread } = lentDevice();
  thread().report(exampleStatus({ verdict }));
  thread().report({ ...lost, verdict });
  vi.advanceTimersByTime(1000);
  expect(thread().commands).toEqual([{ ...started, verdicts: [verdict] }]);
});

test("each verdict is written down once, however often it is heard", () => {
  const { memory, thread } = lentDevice();
  // A status comes over from another thread: each is a copy.
  for (const samples of [1, 2, 3]) thread().report(exampleStatus({ verdict: { ...verdict }, samples }));
  thread().report(exampleStatus({ verdict: { ...verdict, task: "another" }, samples: 4 }));
  expect(memory.keep.mock.calls.map(([{ task }]) => task)).toEqual([verdict.task, "another"]);
});

test("a verdict that does not cover every engine is not remembered: another lending tries the others again", () => {
  const forced = lentDevice({ ...start, engine: "wasm" });
  forced.thread().report(exampleStatus({ verdict }));
  expect(forced.memory.recall()).toEqual([]);
  const { memory, thread } = lentDevice();
  for (const seconds of [1, 2]) {
    thread().report(lost);
    vi.advanceTimersByTime(1000 * seconds);
  }
  // One engine is left out by now.
  thread().report(exampleStatus({ verdict }));
  expect(memory.recall()).toEqual([]);
});

test("to measure again, a fresh worker starts that does not know the verdict; what was contributed stays", () => {
  const { session, threads, thread, state } = lentDevice();
  session.measureAgain();
  expect(threads).toHaveLength(1);
  thread().report(exampleStatus({ verdict, samples: 64, leases: 1 }));
  session.measureAgain();
  expect(threads[0]?.commands.at(-1)).toEqual({ type: "stop" });
  expect(thread().commands).toEqual([started]);
  thread().report(exampleStatus({ samples: 8, leases: 1 }));
  expect(state()).toMatchObject({ samples: 72, leases: 2, restart: null });
});

test("a run without room is asked again later, as often as it takes", () => {
  const { threads, thread, state } = lentDevice();
  for (const asked of [1, 2, 3]) {
    expect(threads).toHaveLength(asked);
    thread().report(exampleStatus({ phase: "full", sentence: "This run has its workers." }));
    expect(state().restart).toEqual({ cause: "full", sentence: "This run has its workers.", seconds: 30 });
    vi.advanceTimersByTime(30_000);
  }
  thread().report(exampleStatus());
  expect(state()).toMatchObject({ restart: null, leftOut: [] });
});

test.each(["failed", "outdated"] as const)("a worker that is %s is ended, and no other started", (phase) => {
  const { threads, thread, state } = lentDevice();
  thread().report(exampleStatus({ phase, sentence: "No." }));
  vi.advanceTimersByTime(600_000);
  expect(threads.map(({ ended }) => ended)).toEqual([true]);
  expect(state()).toMatchObject({ stage: "lending", restart: null, status: { phase, sentence: "No." } });
  expect(vi.getTimerCount()).toBe(0);
});

test("a page that was put aside and comes back takes up its work, paused if it was", () => {
  const { session, threads, thread, state } = lentDevice();
  thread().report(exampleStatus({ samples: 64, leases: 2 }));
  session.pause();
  session.suspend();
  expect(threads.map(({ ended }) => ended)).toEqual([true]);
  expect(vi.getTimerCount()).toBe(0);
  session.wake();
  session.wake();
  expect(threads).toHaveLength(2);
  expect(thread().commands).toEqual([started, { type: "pause" }]);
  thread().report(exampleStatus({ samples: 32, leases: 1 }));
  expect(state()).toMatchObject({ samples: 96, leases: 3 });
});

test("a page that comes back after its device was stopped stays stopped", () => {
  const { session, threads } = lentDevice();
  session.stop();
  session.suspend();
  session.wake();
  expect(threads).toHaveLength(1);
});

test("a worker that gives no sign of life is replaced", () => {
  const { threads, thread, state } = lentDevice();
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(30_000);
    expect(thread().commands.at(-1)).toEqual({ type: "ping" });
    thread().answer();
  }
  vi.advanceTimersByTime(30_000 * 10);
  expect(threads).toHaveLength(1);
  vi.advanceTimersByTime(30_000);
  expect(threads.map(({ ended }) => ended)).toEqual([true]);
  expect(state().restart?.sentence).toBe("it stopped answering.");
});

test("one that begins paused tells its worker so", () => {
  const thread = new Thread();
  new LendingSession(
    () => thread,
    start,
    memoryOfTest(),
    () => {},
    { paused: true },
  );
  expect(thread.commands).toEqual([started, { type: "pause" }]);
});
