export { allSamplesBytes, allSamplesPath } from "./all-samples.ts";
export { entryLink, type LinkTokens, tokensOfLink } from "./entry-link.ts";
export { type EntryView, entryViewSchema } from "./entry-view.ts";
export { type EvaluationView, evaluationViewSchema, type Mistake, type TestSetView } from "./evaluation-view.ts";
export type { Split } from "./fields.ts";
export { type CodecName, checksumOfFloats, codecNames, FRAME_HEADER_BYTES, type FrameHeader } from "./frame-header.ts";
export { limits } from "./limits.ts";
export { type ModelFilesView, modelFilesViewSchema } from "./model-files-view.ts";
export { type Parsed, parseToCoordinator, parseToViewer, parseToWorker, parseTransfer } from "./parse.ts";
export {
  encodePredictions,
  type ParsedPredictions,
  PREDICTION_BYTES,
  type Predictions,
  readPredictions,
} from "./predictions.ts";
export { type Refusal, type RefusalReason, refusalReasons } from "./refusal.ts";
export {
  type Diagnosis,
  type EpochPoint,
  type ExchangeView,
  type LogEntry,
  type LossPoint,
  type RunState,
  type RunView,
  runStates,
  type TimeShares,
  type TogetherView,
  type WorkerState,
  type WorkerView,
  workerStates,
} from "./run-view.ts";
export { checksumIn, snapshotEtag, snapshotPath } from "./snapshot.ts";
export type { ControlAction, ToCoordinator } from "./to-coordinator.ts";
export type { Progress, Snapshot, ToViewer } from "./to-viewer.ts";
export type { FetchMessage, FetchSamplesMessage, LeaseMessage, NextStretchMessage, ToWorker } from "./to-worker.ts";
export type { AcknowledgePacket, BeginPacket, ChunkPacket, TransferPacket } from "./transfer.ts";
export {
  OutgoingEncodedFrame,
  OutgoingFrame,
  type ParsedFrame,
  readFrame,
  type SealedChange,
  type VectorFrame,
} from "./vector-frame.ts";
export { PROTOCOL_VERSION } from "./version.ts";
