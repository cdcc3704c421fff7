/** What a worker makes of all samples at once, over HTTP. */
import { allSamplesPath, limits } from "@convoy/protocol";
import type { BytesAnswer, OpenBytes } from "@convoy/transport";
import { afterEach, expect, test, vi } from "vitest";
import { Gate, RUN, TestCoordinator } from "./test-coordinator.ts";
import { reference, referenceGradient, tinyParameters, tinySample } from "./test-engines.ts";

const TRAIN = 20;
const TEST = 4;
const samples = Array.from({ length: TRAIN + TEST }, (_, i) => tinySample(i));
const all = Uint8Array.from([...samples.map(({ label }) => label), ...samples.flatMap(({ pixels }) => [...pixels])]);

afterEach(() => vi.useRealTimers());

interface Asked {
  readonly path: string;
  readonly signal: AbortSignal;
}

/** A worker of a run with so few samples; `asked` is what it asked for over HTTP. */
function workerAt(answer: () => AsyncIterable<Uint8Array>, change: Partial<BytesAnswer> = {}) {
  const asked: Asked[] = [];
  const open: OpenBytes = async (path, _, signal) => {
    asked.push({ path, signal });
    return { status: 200, header: () => null, bytes: answer(), ...change };
  };
  const coordinator = new TestCoordinator([reference], [], open);
  coordinator.network.flush();
  return { coordinator, asked };
}

/** It is told of the samples right after its welcome, as ever. */
function welcome(coordinator: TestCoordinator, testCount = TEST): void {
  coordinator.welcome({ trainCount: TRAIN });
  coordinator.say({ type: "fetch-samples", testCount });
}

async function isReady(coordinator: TestCoordinator, count = 1): Promise<void> {
  await coordinator.until(() => coordinator.all("ready").length === count);
  coordinator.sendParameters(0);
}

async function* inTwo(pass: () => Promise<void>, cut = 150): AsyncGenerator<Uint8Array> {
  yield all.subarray(0, cut);
  await pass();
  yield all.subarray(cut);
}

const atOnce = async () => {};

/** A worker in the middle of its first download; the second would wait as well. */
async function waitingAtTheFirst() {
  const [first, second] = [new Gate(), new Gate()];
  let count = 0;
  const worker = workerAt(() => inTwo(() => (count++ === 0 ? first : second).pass()));
  welcome(worker.coordinator);
  await worker.coordinator.until(() => first.waiting === 1);
  return { ...worker, first, second };
}

async function expectGradientOf(coordinator: TestCoordinator, named: number[], count = 1): Promise<void> {
  await coordinator.until(() => coordinator.all("contribution").length === count);
  const expected = await referenceGradient(tinyParameters(), named);
  expect(coordinator.contribution().frame.vector).toEqual(expected.gradient);
}

test("[N12] a worker is ready when the samples are here, and then asks for none", async () => {
  const gate = new Gate();
  const { coordinator, asked } = workerAt(() => inTwo(() => gate.pass()));
  welcome(coordinator);
  await coordinator.until(() => gate.waiting === 1);
  await coordinator.until(() => coordinator.all("proving").length === 1);
  await coordinator.rest();
  expect(coordinator.all("ready")).toHaveLength(0);
  gate.open();
  await isReady(coordinator);
  coordinator.lease(1, [3, 19, 0]);
  await expectGradientOf(coordinator, [3, 19, 0]);
  coordinator.lease(2, [0, 3], { kind: "evaluate", split: "test" });
  await coordinator.until(() => coordinator.all("evaluation").length === 1);
  expect(coordinator.all("request-samples")).toHaveLength(0);
  expect(asked.map(({ path }) => path)).toEqual([allSamplesPath(RUN)]);
});

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield all.subarray(0, 24 + 5 * 16 + 3);
  throw new Error("The connection broke.");
}

test.each<[string, () => AsyncIterable<Uint8Array>, Partial<BytesAnswer>, number[]]>([
  ["that has no room", () => inTwo(atOnce), { status: 503 }, [1, 7]],
  ["of another length", () => inTwo(atOnce), { header: (name) => (name === "content-length" ? "431" : null) }, [1, 7]],
  ["that breaks off", breaking, {}, [7]],
])("[N12] after an answer %s, what is missing is asked for over the socket", async (_, answer, change, missing) => {
  const { coordinator } = workerAt(answer, change);
  welcome(coordinator);
  await isReady(coordinator);
  coordinator.lease(1, [1, 7]);
  await coordinator.until(() => coordinator.all("request-samples").length === 1);
  expect(coordinator.newest("request-samples").samples).toEqual(missing);
  coordinator.answerSamples();
  await expectGradientOf(coordinator, [1, 7]);
});

test("[N12] where nobody answers, everything is asked for over the socket", async () => {
  const coordinator = new TestCoordinator([reference], [], () => Promise.reject(new Error("refused")));
  coordinator.network.flush();
  welcome(coordinator);
  await isReady(coordinator);
  coordinator.lease(1, [1, 7]);
  await coordinator.until(() => coordinator.all("request-samples").length === 1);
  expect(coordinator.newest("request-samples").samples).toEqual([1, 7]);
});

test("[N12] two seconds after its engine is proven it is ready without them, and gives the download up", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const gate = new Gate();
  const { coordinator, asked } = workerAt(() => inTwo(() => gate.pass(), 24 + 16 * 2));
  welcome(coordinator);
  // However long it has been under way.
  vi.advanceTimersByTime(10_000);
  await coordinator.until(() => coordinator.all("proving").length === 1);
  await coordinator.rest();
  vi.advanceTimersByTime(1999);
  await coordinator.rest();
  expect([asked[0]?.signal.aborted, coordinator.all("ready").length]).toEqual([false, 0]);
  vi.advanceTimersByTime(1);
  expect(asked[0]?.signal.aborted).toBe(true);
  await isReady(coordinator);
  gate.open();
  // What comes too late is not taken.
  await coordinator.rest();
  coordinator.lease(1, [1, 7]);
  await coordinator.until(() => coordinator.all("request-samples").length === 1);
  expect(coordinator.newest("request-samples").samples).toEqual([7]);
});

test("[N12] an engine that was given up for another meanwhile is not told", async () => {
  const gate = new Gate();
  const { coordinator } = workerAt(() => inTwo(() => gate.pass()));
  welcome(coordinator);
  await coordinator.until(() => gate.waiting === 1);
  await coordinator.rest();
  coordinator.welcome({ trainCount: TRAIN, exact: true });
  coordinator.welcome({ trainCount: TRAIN });
  await coordinator.rest();
  gate.open();
  await isReady(coordinator);
  await coordinator.rest();
  expect(coordinator.all("ready")).toHaveLength(1);
  coordinator.lease(1, [2]);
  await expectGradientOf(coordinator, [2]);
});

test("[N12] samples that are on their way, or here, are not fetched again, also after a new connection", async () => {
  const gate = new Gate();
  const { coordinator, asked } = workerAt(() => inTwo(() => gate.pass()));
  welcome(coordinator);
  coordinator.say({ type: "fetch-samples", testCount: TEST });
  gate.open();
  await isReady(coordinator);
  coordinator.reconnect();
  welcome(coordinator);
  await isReady(coordinator, 2);
  coordinator.lease(1, [3]);
  await expectGradientOf(coordinator, [3]);
  expect(asked).toHaveLength(1);
});

test("[N12] a connection that breaks ends the download; on the next it begins anew, and the worker is ready at once", async () => {
  const { coordinator, asked, first, second } = await waitingAtTheFirst();
  coordinator.reconnect();
  expect(asked[0]?.signal.aborted).toBe(true);
  await coordinator.rest();
  welcome(coordinator);
  await isReady(coordinator);
  await coordinator.until(() => second.waiting === 1);
  // The end of the first is not that of the second.
  first.open();
  await coordinator.rest();
  coordinator.say({ type: "fetch-samples", testCount: TEST });
  second.open();
  await coordinator.rest();
  coordinator.lease(1, [6]);
  await expectGradientOf(coordinator, [6]);
  expect(coordinator.all("request-samples")).toHaveLength(0);
  expect(asked).toHaveLength(2);
});

test("[N12] those of another run on the same connection take the place of the first", async () => {
  const { coordinator, asked, second } = await waitingAtTheFirst();
  const other = "ffffffffffffffff";
  coordinator.welcome({ trainCount: TRAIN, run: other });
  coordinator.say({ type: "fetch-samples", testCount: TEST });
  await coordinator.until(() => second.waiting === 1);
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(asked.map(({ path }) => path)).toEqual([allSamplesPath(RUN), allSamplesPath(other)]);
});

test("[N12] a worker that is stopped meanwhile gives the download up", async () => {
  const gate = new Gate();
  const { coordinator, asked } = workerAt(() => inTwo(() => gate.pass()));
  welcome(coordinator);
  await coordinator.until(() => gate.waiting === 1);
  coordinator.worker.stop();
  expect(asked[0]?.signal.aborted).toBe(true);
  await coordinator.rest();
  expect(coordinator.all("ready")).toHaveLength(0);
});

test("[N12] more than it can keep, or without HTTP, nothing is fetched", async () => {
  const { coordinator, asked } = workerAt(() => inTwo(atOnce));
  welcome(coordinator, Math.ceil(limits.cacheBytes / 17));
  await isReady(coordinator);
  coordinator.lease(1, [4]);
  await coordinator.until(() => coordinator.all("request-samples").length === 1);
  expect(asked).toHaveLength(0);

  const alone = new TestCoordinator();
  alone.network.flush();
  welcome(alone);
  await isReady(alone);
  alone.lease(1, [4]);
  await alone.until(() => alone.all("request-samples").length === 1);
});

test("[N12] told of samples before its welcome, a worker says that this is not understood", async () => {
  const { coordinator } = workerAt(() => inTwo(atOnce));
  coordinator.say({ type: "fetch-samples", testCount: TEST });
  await coordinator.until(() => coordinator.closed);
  expect(coordinator.status.sentence).toContain('The coordinator sent "fetch-samples" before its welcome.');
});
