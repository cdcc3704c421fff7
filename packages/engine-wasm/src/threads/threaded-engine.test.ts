import { EventEmitter } from "node:events";
import { EngineError, type EngineTask, proveEngine } from "@convoy/engine";
import { engineConformance } from "@convoy/engine/conformance";
import { initializeParameters, lenet5, parameterLayout } from "@convoy/models";
import { describe, expect, it, test } from "vitest";
import { createWasmEngine } from "../wasm-engine.ts";
import { createQuickestEngine, threadCounts } from "./quickest-engine.ts";
import { serveThread } from "./serve-thread.ts";
import type { EngineThread, FromThread, ToThread } from "./thread-messages.ts";
import { createThreadedEngine } from "./threaded-engine.ts";

/** A thread that is none: its messages are copied, as those of one are, and answered in this one. */
function openPretendedThread(): EngineThread {
  const inside = new EventEmitter();
  const outside = new EventEmitter();
  serveThread({
    post: (message, transfer) => queueMicrotask(() => outside.emit("message", structuredClone(message, { transfer }))),
    listen: (onMessage) => inside.on("message", onMessage),
  });
  return {
    post(message, transfer) {
      const copy = structuredClone(message, { transfer });
      queueMicrotask(() => inside.emit("message", copy));
    },
    listen: (onMessage) => outside.on("message", onMessage),
    close: () => inside.removeAllListeners(),
  };
}

engineConformance("wasm on three threads", createThreadedEngine({ threads: 3, openThread: openPretendedThread }));

const task: EngineTask = { model: lenet5, preprocessing: { mean: [0.5], deviation: [0.5] } };
const layout = parameterLayout(lenet5);
const batch = {
  count: 10,
  pixels: Uint8Array.from({ length: 7840 }, (_, i) => i % 251),
  labels: Uint8Array.from({ length: 10 }, (_, i) => i),
};

// Node 22 and later have both builds of the kernels.
const onOneThread = /^CPU, WASM (relaxed )?SIMD$/;

describe("an engine on several threads", () => {
  it("proves itself, and says how many they are", async () => {
    const factory = createThreadedEngine({ threads: 2, openThread: openPretendedThread });
    expect(await proveEngine(factory)).toMatchObject({ passed: true });
    const engine = await factory(task);
    expect(engine.identity).toMatchObject({
      name: "wasm",
      device: expect.stringMatching(/^CPU, WASM (relaxed )?SIMD, 2 threads$/),
    });
    engine.dispose();
  });

  it("gives to the bit what its parts give when they are added in order", async () => {
    const [threaded, single] = await Promise.all([
      createThreadedEngine({ threads: 2, openThread: openPretendedThread })(task),
      createWasmEngine()(task),
    ]);
    const parameters = initializeParameters(layout, { type: "pytorch-default" }, 3);
    for (const engine of [threaded, single]) engine.setParameters(parameters);
    const sum = new Float32Array(layout.length);
    const outcome = await threaded.computeGradient(batch, sum);
    const parts = [0, 5].map((start) => ({
      count: 5,
      pixels: batch.pixels.subarray(784 * start, 784 * (start + 5)),
      labels: batch.labels.subarray(start, start + 5),
    }));
    const [first, second] = [new Float32Array(layout.length), new Float32Array(layout.length)] as const;
    const { lossSum } = await single.computeGradient(parts[0] as typeof batch, first);
    const { lossSum: other } = await single.computeGradient(parts[1] as typeof batch, second);
    expect(sum).toEqual(first.map((value, i) => Math.fround(value + (second[i] as number))));
    expect(outcome.lossSum).toBe(lossSum + other);
  });

  it("fails with a sentence when one of its threads does", async () => {
    let fail: (sentence: string) => void = () => {};
    const engine = await createThreadedEngine({
      threads: 2,
      openThread() {
        const thread = openPretendedThread();
        return {
          ...thread,
          post: (message: ToThread, transfer) => {
            if (message.type === "compute") fail("it ran out of memory.");
            else thread.post(message, transfer);
          },
          listen(onMessage: (message: FromThread) => void, onFailure) {
            fail = onFailure;
            thread.listen(onMessage, onFailure);
          },
        };
      },
    })(task);
    engine.setParameters(new Float32Array(layout.length));
    const sentence = "A thread of the engine wasm failed: it ran out of memory.";
    await expect(engine.evaluate(batch)).rejects.toThrow(new EngineError(sentence));
    await expect(engine.computeGradient(batch, new Float32Array(layout.length))).rejects.toThrow(sentence);
    engine.dispose();
  });

  it("is not made when a thread cannot be", async () => {
    const openThread = (): EngineThread => ({
      post: () => {},
      listen: (_, onFailure) => queueMicrotask(() => onFailure("its script could not be started.")),
      close: () => {},
    });
    await expect(createThreadedEngine({ threads: 2, openThread })(task)).rejects.toThrow(EngineError);
  });
});

test.each([
  [1, [1]],
  [2, [1, 2]],
  [6, [1, 2, 4, 6]],
  [16, [1, 2, 4, 8, 16]],
])("of up to %i threads, so many are tried", (most, counts) => expect(threadCounts(most)).toEqual(counts));

describe("the quickest number of threads", () => {
  it("is one where one was granted, and then none is tried", async () => {
    let opened = 0;
    const openThread = () => {
      opened++;
      return openPretendedThread();
    };
    const engine = await createQuickestEngine({ mostThreads: 1, openThread })(task);
    expect(engine.identity.device).toMatch(onOneThread);
    expect(opened).toBe(0);
    engine.dispose();
  });

  it("is one where there is no room for more", async () => {
    const openThread = (): EngineThread => ({
      post: () => {},
      listen: (_, onFailure) => queueMicrotask(() => onFailure("out of memory.")),
      close: () => {},
    });
    const engine = await createQuickestEngine({ mostThreads: 4, openThread })(task);
    expect(engine.identity.device).toMatch(onOneThread);
    engine.dispose();
  });

  it("frees every thread when one fails while it is tried, and is what was tried before that", async () => {
    let opened = 0;
    let closed = 0;
    /** Fails when it is to compute. */
    const openThread = () => {
      const thread = openPretendedThread();
      opened++;
      let fail: (sentence: string) => void = () => {};
      return {
        ...thread,
        post(...[message, transfer]: Parameters<EngineThread["post"]>) {
          if (message.type === "compute") fail("it ran out of memory.");
          else thread.post(message, transfer);
        },
        listen(...[onMessage, onFailure]: Parameters<EngineThread["listen"]>) {
          fail = onFailure;
          thread.listen(onMessage, onFailure);
        },
        close() {
          closed++;
          thread.close();
        },
      };
    };
    const engine = await createQuickestEngine({ mostThreads: 4, openThread })(task);
    expect(engine.identity.device).toMatch(onOneThread);
    engine.dispose();
    expect([opened, closed]).toEqual([1, 1]);
  });

  it("is never more than was granted", async () => {
    const asked: string[] = [];
    const openThread = () => {
      const thread = openPretendedThread();
      return {
        ...thread,
        post: (...[message, transfer]: Parameters<EngineThread["post"]>) => {
          asked.push(message.type);
          thread.post(message, transfer);
        },
      };
    };
    const engine = await createQuickestEngine({ mostThreads: 2, openThread })(task);
    expect(asked.filter((type) => type === "make")).toHaveLength(1);
    engine.dispose();
  });
});
