import { expect, test } from "vitest";
import { exampleStatus } from "./example-status.ts";
import { idleLending, type LendingState } from "./lending-session.ts";
import { engineName, gpuRemark, leftOutWords, lendingTitle, lendingWords, proofSentence } from "./lending-words.ts";

const lending = (changes: Parameters<typeof exampleStatus>[0], state: Partial<LendingState> = {}): LendingState => ({
  ...idleLending,
  stage: "lending",
  status: exampleStatus(changes),
  ...state,
});

test("between two leases the device is still at work", () => {
  const working = lendingWords(lending({ phase: "working" }));
  expect(working.headline).toBe("This device is training");
  expect(lendingWords(lending({ phase: "waiting", samplesPerSecond: 800 }))).toEqual(working);
  const resting = lending({ phase: "waiting", sentence: "Nothing to do." }, { resting: true });
  expect(lendingWords(resting)).toMatchObject({ headline: "Ready to help", sentence: "Nothing to do." });
  expect(
    lendingWords(lending({ phase: "waiting", samplesPerSecond: 0, sentence: "The run is paused." })),
  ).toMatchObject({
    headline: "Ready to help",
    sentence: "The run is paused.",
  });
});

test("a newcomer to a large network says how much of it is there", () => {
  const fetching = { phase: "fetching", sentence: "Downloading the network's parameters." } as const;
  expect(lendingWords(lending({ ...fetching, download: { received: 57_000_000, total: 228_179_280 } }))).toMatchObject({
    headline: "Downloading the network…",
    sentence: "57.0 MB of 228 MB are here. Then it computes with the others.",
  });
  expect(lendingWords(lending(fetching)).sentence).toBe("Downloading the network's parameters.");
});

test("the data are named where the recipe does not name them", () => {
  expect(lendingWords(lending({})).sentence).not.toContain("Data:");
  expect(lendingWords(lending({ datasetTitle: "built-in digits" })).sentence).toContain("Data: built-in digits.");
});

test("a failure says why", () => {
  const words = lendingWords(lending({ phase: "failed", sentence: "No engine can train on this device." }));
  expect(words).toMatchObject({ headline: "This device cannot help", sentence: "No engine can train on this device." });
});

test("the end of the run and a goodbye tell what was contributed", () => {
  const totals = { samples: 12_345, leases: 1 };
  expect(lendingWords(lending({ phase: "ended", sentence: "The run is finished." }, totals)).sentence).toBe(
    "The run is finished. This device computed 12,345 samples in 1 lease.",
  );
  expect(lendingWords(lending({}, { ...totals, stage: "stopped" }))).toMatchObject({ headline: "Thank you" });
  expect(lendingWords(lending({}, { stage: "stopped" })).sentence).toContain("nothing yet");
});

test("a death is explained, whatever the worker said before", () => {
  const restart = { cause: "death", sentence: "the GPU was lost.", seconds: 2 } as const;
  expect(lendingWords(lending({}, { restart })).sentence).toBe(
    "The GPU was lost. A fresh one starts in 2 s; nothing is lost.",
  );
});

test("a run without room is asked again", () => {
  const restart = { cause: "full", sentence: "This run has its 1000 workers.", seconds: 30 } as const;
  expect(lendingWords(lending({}, { restart }))).toMatchObject({
    headline: "Waiting for a place",
    sentence: "This run has its 1000 workers. This tab tries again by itself every 30 s.",
  });
});

test("the engine that is being tested is named", () => {
  const { sentence } = lendingWords(
    lending({ phase: "proving", trial: { engine: "tfjs-webgpu", compiled: null }, sentence: "Testing." }),
  );
  expect(sentence).toContain("WebGPU, with TensorFlow.js (tfjs-webgpu)");
  expect(lendingWords(lending({ phase: "proving", sentence: "Testing." })).sentence).toBe("Testing.");
});

test("an engine that is left out is told, with what does its work, once something does", () => {
  const leftOut = [{ engine: "tfjs-webgpu", sentence: "It failed twice." }];
  expect(leftOutWords(lending({}, { leftOut }))).toEqual({
    title: "Going on without the GPU",
    sentence: "It failed twice. The processor does the work now; stop and lend again to give it another chance.",
  });
  const engine = { name: "tfjs-webgpu", device: "GPU" };
  const own = [{ engine: "webgpu", sentence: "It failed twice." }];
  expect(leftOutWords(lending({ engine }, { leftOut: own }))).toEqual({
    title: "Going on without webgpu",
    sentence: "It failed twice. tfjs-webgpu does the work now; stop and lend again to give it another chance.",
  });
  expect(leftOutWords(lending({ engine: null }, { leftOut }))).toBeNull();
  expect(leftOutWords(lending({}))).toBeNull();
});

test("the self-test is told in words", () => {
  expect(proofSentence(exampleStatus().proof)).toBe(
    "Passed in 0.8 s: its results are within 2.4\u00a0×\u00a010⁻⁶ of the right ones.",
  );
  expect(proofSentence(null)).toBeNull();
});

test("a missing GPU gets its real reason", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";
  const surroundings = { isSecure: true, isOffered: true, userAgent: firefox, touchPoints: 0 };
  expect(gpuRemark(surroundings)).toBeNull();
  expect(gpuRemark({ ...surroundings, isOffered: false })).toEqual({
    cause: "browser",
    sentence: expect.stringMatching(/^Firefox 146 on Linux does not offer WebGPU.* the processor will do the work\.$/),
  });
  expect(gpuRemark({ ...surroundings, isSecure: false })?.cause).toBe("insecure");
});

test("engines have names for people", () => {
  expect(engineName("tfjs-wasm")).toBe("WebAssembly, with TensorFlow.js (tfjs-wasm)");
  expect(engineName("wasm-4-threads")).toBe("WebAssembly on 4 cores (wasm-4-threads)");
  expect(engineName("another")).toBe("another");
});

test("the title of the tab says what the device does, and does not change with its speed", () => {
  expect(lendingTitle(idleLending)).toBe("Lend this device · Convoy");
  expect(lendingTitle(lending({ samplesPerSecond: 1234 }))).toBe("Working · Convoy");
  expect(lendingTitle(lending({ phase: "paused", samplesPerSecond: 0 }))).toBe("Paused · Convoy");
});
