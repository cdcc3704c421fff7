import type { WorkerCoreState } from "@convoy/coordination";
import type { EngineNews } from "./engine-keeper.ts";
import type { WorkerPhase, WorkerStatus } from "./worker-status.ts";

/** The parts of a status that the state machine does not know. */
export type WorkerFigures = EngineNews & Pick<WorkerStatus, "samplesPerSecond" | "lastLeaseMs" | "download">;

export function describeWorker(state: WorkerCoreState, { inUse, ...figures }: WorkerFigures): WorkerStatus {
  const [phase, sentence] = phaseOf(state);
  return {
    phase,
    sentence,
    name: state.run?.name ?? null,
    recipeTitle: state.run?.recipeTitle ?? null,
    datasetTitle: state.run?.datasetTitle ?? null,
    engine: describeEngine(state, inUse),
    proof: state.engine?.proof ?? null,
    samples: state.totals.samples,
    leases: state.totals.leases,
    lastRefusal: state.totals.lastRefusal,
    ...figures,
  };
}

function describeEngine({ engine }: WorkerCoreState, inUse: string | null): WorkerStatus["engine"] {
  return engine === null ? null : { name: inUse ?? engine.identity.name, device: engine.identity.device };
}

function phaseOf(state: WorkerCoreState): [WorkerPhase, string] {
  if (state.failure !== null) return [state.failure.kind, state.failure.sentence];
  if (state.left) return ["ended", "This device no longer helps."];
  if (state.runState.state === "ended") return ["ended", state.runState.sentence];
  if (!state.connected)
    return [
      "connecting",
      state.run === null ? "Connecting to the coordinator." : "The coordinator cannot be reached; trying again.",
    ];
  if (state.proving !== null) {
    return [
      "proving",
      state.testing === null ? "Proving that this device computes correctly." : `Testing ${state.testing}.`,
    ];
  }
  if (state.paused) return ["paused", "Paused: this device computes nothing."];
  if (state.runState.state === "paused") return ["waiting", "The run is paused."];
  if (state.fetching !== null) return ["fetching", "Downloading the network's parameters."];
  if (state.lease?.stage === "fetching") return ["working", "Fetching samples."];
  if (state.lease !== null)
    return ["working", state.lease.message.kind === "train" ? "Computing gradients." : "Measuring on the test set."];
  if (state.run === null) return ["connecting", "Waiting for the coordinator's answer."];
  return ["waiting", "Ready; waiting for the next shards."];
}
