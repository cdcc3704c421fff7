export { assertBatch, assertTrainingBatch, assertVectorLength } from "./check-batch.ts";
export { compareVectors, relativeDistance, type VectorDifference } from "./compare-vectors.ts";
export {
  type Batch,
  type BatchDraws,
  type BatchOutcome,
  type Engine,
  EngineError,
  type EngineFactory,
  type EngineIdentity,
  type EngineTask,
  type Evaluation,
  type Predictions,
} from "./engine.ts";
export { letOthersRun } from "./let-others-run.ts";
export * from "./plan/index.ts";
export { portableExp, portableLog } from "./portable-math.ts";
export { concatenatePredictions, evaluationOf } from "./predictions.ts";
export { preprocessBatch, resamplingTaps, type Tap } from "./preprocess.ts";
export { distanceToKink } from "./reference/distance-to-kink.ts";
export { createReferenceEngine, ReferenceEngine } from "./reference/reference-engine.ts";
export { dropoutSequence, dropoutThreshold, needsDraws, type Placement, placementOf } from "./sample-draws.ts";
export { type Proof, proveEngine } from "./self-test/prove-engine.ts";
export { rehearsalProblem, rehearse } from "./self-test/rehearse.ts";
export { sliceBatch } from "./slice-batch.ts";
export { indexOfLargest, softmax, softmaxCrossEntropy, softmaxCrossEntropyGradient } from "./softmax-cross-entropy.ts";
export { FlatStepper } from "./steps/flat-stepper.ts";
export { createStepper, type StepAt, type StepEngine, type Stepper } from "./steps/stepper.ts";
export { type WindowGeometry, windowGeometry } from "./window-geometry.ts";
