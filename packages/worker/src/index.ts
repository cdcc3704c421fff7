export type { WorkerCommand, WorkerPhase, WorkerStatus } from "./worker-status.ts";
