/** One valid message of every kind. The types make a kind that is missing here an error. */
import type { RunView } from "./run-view.ts";
import type { ToCoordinator } from "./to-coordinator.ts";
import type { ToViewer } from "./to-viewer.ts";
import type { ToWorker } from "./to-worker.ts";
import type { TransferPacket } from "./transfer.ts";
import { PROTOCOL_VERSION } from "./version.ts";

type OneOfEach<Message extends { type: string }> = { [Type in Message["type"]]: Extract<Message, { type: Type }> };

const outcome = { lossSum: 18.5, correctCount: 3, computeMs: 12.25 };
const refusal = { reason: "stale-version", sentence: "This result was computed with version 3.", lease: 7 } as const;

export const messagesToCoordinator: OneOfEach<ToCoordinator> = {
  join: { type: "join", protocol: PROTOCOL_VERSION, name: "Firefox", device: "Linux", token: "plum-7Q4K" },
  proving: { type: "proving", engine: "tfjs-webgpu" },
  ready: {
    type: "ready",
    engine: { name: "reference", device: "CPU", fingerprint: "reference-1" },
    proof: { largestError: 1e-7, durationMs: 20 },
  },
  decline: { type: "decline", reason: "No engine can train on this device." },
  fetched: { type: "fetched", version: 4 },
  "fetch-failed": { type: "fetch-failed", version: 4, reason: "There is no such page." },
  "request-samples": { type: "request-samples", lease: 7, samples: [5, 3, 59_999] },
  contribution: {
    type: "contribution",
    ...outcome,
    headStartMs: 0,
    stepLosses: [9.25, 9.25],
    frame: Uint8Array.of(1, 2, 3),
  },
  evaluation: { type: "evaluation", lease: 7, version: 4, computeMs: 12.25, predictions: Uint8Array.of(1, 2, 3) },
  probed: { type: "probed", probe: 3, padding: Uint8Array.of(0, 0) },
  "return-lease": { type: "return-lease", lease: 7, reason: "paused at the device" },
  availability: { type: "availability", available: false },
  leave: { type: "leave", reason: "stopped at the device" },
  watch: { type: "watch", protocol: PROTOCOL_VERSION, token: null },
  control: { type: "control", action: "pause" },
};

export const messagesToWorker: OneOfEach<ToWorker> = {
  welcome: {
    type: "welcome",
    worker: "w1",
    name: "Firefox 2",
    run: "00112233445566ff",
    recipe: { name: "lenet5-mnist", model: { layers: [{ type: "relu" }] } },
    datasetTitle: "MNIST",
    exact: true,
    fingerprint: "reference-1",
    trainCount: 60_000,
    downCodec: "int8",
  },
  parameters: { type: "parameters", frame: Uint8Array.of(1, 2, 3) },
  "fetch-parameters": { type: "fetch-parameters", version: 4, byteLength: 228_179_280, checksum: 0xfedc_ba98 },
  "fetch-samples": { type: "fetch-samples", testCount: 10_000 },
  "parameters-change": { type: "parameters-change", frame: Uint8Array.of(1, 2, 3), checksum: 0xffff_ffff },
  lease: {
    type: "lease",
    lease: 7,
    kind: "train",
    version: 4,
    split: "train",
    samples: [5, 3],
    stretch: null,
    draws: { seed: 2 ** 40, epoch: 2 },
    ahead: [9],
    codec: "int8",
    allowedMs: 20_000,
  },
  "next-stretch": { type: "next-stretch", lease: 7, epoch: 2, position: 640, sampleCount: 128, step: 81, mayBegin: 32 },
  samples: {
    type: "samples",
    lease: 7,
    samples: [5, 3],
    compression: "none",
    pixels: Uint8Array.of(0, 255),
    labels: Uint8Array.of(1, 9),
  },
  probe: { type: "probe", probe: 3, answerBytes: 2, padding: Uint8Array.of() },
  revoke: { type: "revoke", lease: 7 },
  counted: { type: "counted", lease: 7, sampleCount: 64 },
  refused: { type: "refused", refusal },
  "run-state": { type: "run-state", state: "paused", sentence: "The run is paused." },
};

const run: RunView = {
  run: "00112233445566ff",
  state: "training",
  sentence: "Training: step 2 of 6, epoch 1 of 2.",
  recipe: "lenet5-mnist",
  recipeTitle: "LeNet-5 on MNIST",
  dataset: "mnist",
  datasetTitle: "MNIST",
  datasetWarning: null,
  diagnosis: null,
  strategy: "sync",
  exact: false,
  seed: 5,
  parameterCount: 44_426,
  batchSize: 32,
  step: 2,
  steps: 6,
  epoch: 1,
  epochs: 2,
  loss: 2.25,
  stepLoss: 2.125,
  accuracy: null,
  testLoss: null,
  evaluationProgress: null,
  samplesPerSecond: 640,
  secondsLeft: 1.5,
  together: {
    workerCount: 1,
    quickest: "Firefox",
    aloneSamplesPerSecond: 1280,
    mostSamplesPerSecond: 1280,
    efficiency: 0.5,
    time: { computing: 0.5, sending: 0.25, waiting: 0.125, adding: 0.125 },
    verdict: "single",
    sentence: "Firefox is the only one so far, and computes for 50% of its time.",
  },
  exchange: {
    codec: "int8",
    localSteps: 64,
    stepMs: 5,
    wayMs: 12.5,
    samplesPerSecond: 640,
    sentence: "Between two exchanges a device of middling speed takes 64 steps.",
  },
  startedAt: 1_000_000,
  workers: [
    {
      id: "w1",
      name: "Firefox",
      state: "working",
      device: "Linux",
      engine: "reference on CPU",
      samplesPerSecond: 640,
      soloSamplesPerSecond: 1280,
      time: { computing: 0.5, sending: 0.25, waiting: 0.125, adding: 0.125 },
      link: { roundTripMs: 2.5, downBytesPerSecond: 1e7, upBytesPerSecond: 2e6 },
      shards: 8,
      samples: 64,
      refusals: 0,
      joinedAt: 1_000_000,
    },
  ],
  workerCounts: { registered: 0, proving: 0, fetching: 0, ready: 0, working: 1, paused: 0, suspect: 0, left: 0 },
  shards: 8,
  published: { loss: [1.93], trainingAccuracy: [0.9], testAccuracy: 0.98 },
};
const losses = [{ step: 1, loss: 2.375 }];
const log = [{ at: 1_000_000, level: "info" as const, sentence: "Firefox joined." }];
const epochs = [
  { epoch: 1, step: 3, loss: 2.25, trainingAccuracy: 0.25, testLoss: 2, testAccuracy: 0.5, durationMs: 900 },
];

const evaluation = {
  epoch: 1,
  sampleCount: 4,
  correctCount: 2,
  confusion: [1, 2, 0, 1],
  mistakes: [{ sample: 3, label: 0, named: 1, confidence: 0.75, loss: 1.5 }],
};
const testSet = { classNames: ["cat", "dog"], sampleShape: [28, 28, 1] satisfies [number, number, number] };

export const messagesToViewer: OneOfEach<ToViewer> = {
  snapshot: { type: "snapshot", run, losses, epochs, log, evaluation, testSet, mayControl: true },
  progress: { type: "progress", run, losses, epochs: [], log, evaluation: null },
  refused: { type: "refused", refusal },
};

export const transferPackets: OneOfEach<TransferPacket> = {
  begin: {
    type: "begin",
    transfer: 1,
    message: { type: "contribution", ...outcome },
    longFields: [{ name: "frame", length: 1_000_000 }],
  },
  chunk: { type: "chunk", transfer: 1, index: 2, bytes: Uint8Array.of(1, 2, 3) },
  acknowledge: { type: "acknowledge", transfer: 1, chunks: 2 },
};
