export {
  type Batch,
  type BatchOutcome,
  type Engine,
  EngineError,
  type EngineFactory,
  type EngineIdentity,
  type EngineTask,
} from "./engine.ts";
