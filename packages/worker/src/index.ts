export { chooseEngine, type EngineCandidate, type EngineChoice, type EngineRemark } from "./choose-engine.ts";
export { limitRate } from "./limit-rate.ts";
export { type RunningWorker, runWorker, type WorkerOptions } from "./run-worker.ts";
export { ShardByShardEngine } from "./shard-by-shard-engine.ts";
export type { WorkerCommand, WorkerMessage, WorkerPhase, WorkerStatus } from "./worker-status.ts";
