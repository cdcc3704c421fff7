export type { CandidateFactory, EngineCandidate, EngineRemark } from "./engine-candidate.ts";
export type { EngineTiming, EngineVerdict } from "./engine-verdict.ts";
export { limitRate } from "./limit-rate.ts";
export { type LocalEngine, LocalSteps } from "./local-steps.ts";
export { runWorker } from "./run-worker.ts";
export { ShardByShardEngine } from "./shard-by-shard-engine.ts";
export type { RunningWorker, WorkerOptions } from "./worker-options.ts";
export type { WorkerCommand, WorkerMessage, WorkerPhase, WorkerStatus } from "./worker-status.ts";
