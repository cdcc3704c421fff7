export { DataPlane, type KeptVectors, type PlaneStart } from "./coordinator/data-plane.ts";
export { describeRun } from "./coordinator/describe-run.ts";
export type { CoordinatorEffect, Report } from "./coordinator/effect.ts";
export type { CoordinatorEvent } from "./coordinator/event.ts";
export { measureGradient } from "./coordinator/gradient-size.ts";
export { appliedRecipe, type LocalStrategy, type Strategy, strategySchema } from "./coordinator/local/strategy.ts";
export { contradictionIn, positionOf, type RunPosition, runPositionSchema } from "./coordinator/position.ts";
export { PublishedVersions } from "./coordinator/published-versions.ts";
export { contributionReader, type ReadContribution } from "./coordinator/read-contribution.ts";
export { restoreCoordinator } from "./coordinator/restore.ts";
export type { RunSettings } from "./coordinator/settings.ts";
export { fetchedVersions } from "./coordinator/snapshots.ts";
export { type CoordinatorState, isPresent, type PeerId } from "./coordinator/state.ts";
export {
  type CoordinatorTransition,
  startCoordinator,
  transition as coordinatorTransition,
} from "./coordinator/transition.ts";
export type { WorkerEffect } from "./worker/effect.ts";
export type { LeaseOutcome, WorkerEvent } from "./worker/event.ts";
export { type HeadStart, isBeginningOf, mayHaveHeadStart, type Stretch } from "./worker/head-start.ts";
export {
  type EngineWish,
  type Proof,
  startWorker,
  type WorkerCoreState,
  type WorkerEngine,
  type WorkerFailure,
} from "./worker/state.ts";
export { transition as workerTransition } from "./worker/transition.ts";
export type { WorkerTransition } from "./worker/worker-transition.ts";
