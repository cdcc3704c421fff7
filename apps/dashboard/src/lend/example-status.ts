/** Statuses of a worker for tests. */
import type { WorkerStatus } from "@convoy/worker";

export function exampleStatus(changes: Partial<WorkerStatus> = {}): WorkerStatus {
  return {
    phase: "working",
    sentence: "Computing gradients.",
    name: "Desk",
    recipeTitle: "LeNet-5 on MNIST",
    datasetTitle: "MNIST",
    engine: { name: "wasm", device: "CPU, WASM SIMD" },
    trial: null,
    proof: { largestError: 2.4e-6, durationMs: 812 },
    engineRemarks: [],
    verdict: null,
    download: null,
    samplesPerSecond: 820,
    samples: 320,
    leases: 10,
    lastLeaseMs: 39,
    lastRefusal: null,
    ...changes,
  };
}
