/** Views of a run for tests. */
import type { EpochPoint, EvaluationView, RunView, WorkerView } from "@convoy/protocol";

export function exampleRun(changes: Partial<RunView> = {}): RunView {
  return {
    run: "0123456789abcdef",
    state: "training",
    sentence: "Step 412 of 9,380, epoch 1 of 10, about 3 min left.",
    recipe: "lenet5-mnist",
    recipeTitle: "LeNet-5 on MNIST",
    dataset: "mnist",
    datasetTitle: "MNIST",
    datasetWarning: null,
    diagnosis: null,
    strategy: "sync",
    exact: false,
    seed: 1,
    parameterCount: 44_426,
    batchSize: 64,
    step: 412,
    steps: 9380,
    epoch: 1,
    epochs: 10,
    loss: 1.93,
    stepLoss: 0.61,
    accuracy: null,
    testLoss: null,
    evaluationProgress: null,
    samplesPerSecond: 3200,
    secondsLeft: 180,
    together: null,
    exchange: null,
    startedAt: 1_767_225_600_000,
    workers: [exampleWorker()],
    workerCounts: { registered: 0, proving: 0, fetching: 0, ready: 0, working: 1, paused: 0, suspect: 0, left: 0 },
    shards: 120,
    published: null,
    ...changes,
  };
}

export function exampleWorker(changes: Partial<WorkerView> = {}): WorkerView {
  return {
    id: "w1",
    name: "Desk",
    state: "working",
    device: "Chrome 156 on Linux",
    engine: "tfjs-wasm",
    samplesPerSecond: 800,
    soloSamplesPerSecond: null,
    time: null,
    link: null,
    shards: 120,
    samples: 960,
    refusals: 0,
    joinedAt: 1_767_225_600_000,
    ...changes,
  };
}

export function exampleEpoch(changes: Partial<EpochPoint> = {}): EpochPoint {
  return {
    epoch: 1,
    step: 938,
    loss: 1.93,
    trainingAccuracy: 0.61,
    testLoss: 0.4,
    testAccuracy: 0.88,
    durationMs: 61_000,
    ...changes,
  };
}

export const exampleTestSet = { classNames: ["cat", "dog"], sampleShape: [2, 2, 1] satisfies [number, number, number] };

/** Of ten samples of three classes, of which the dataset names two. */
export function exampleEvaluation(changes: Partial<EvaluationView> = {}): EvaluationView {
  return {
    epoch: 1,
    sampleCount: 10,
    correctCount: 7,
    confusion: [4, 1, 0, 1, 3, 1, 0, 0, 0],
    mistakes: [
      { sample: 8, label: 1, named: 2, confidence: 0.9, loss: 4 },
      { sample: 2, label: 0, named: 1, confidence: 0.75, loss: 3 },
      { sample: 5, label: 1, named: 0, confidence: 0.5, loss: 1 },
    ],
    ...changes,
  };
}
