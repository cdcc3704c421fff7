/** What the run looks like from outside, words included, so that terminal and dashboard say the same. */
import { limits, type RunState, type RunView, type WorkerView } from "@convoy/protocol";
import { formatCount, formatDuration, formatPercent } from "./format.ts";
import { describeExchange } from "./local/describe-exchange.ts";
import { workerIdOf } from "./members.ts";
import { combinedSpeed } from "./pace.ts";
import { type CoordinatorState, stepsOfRun, type Worker } from "./state.ts";
import { sharesOf, soloSpeed } from "./time-spent.ts";
import { canWork, describeTogether, timeSpentBy } from "./together.ts";

export function describeRun(state: CoordinatorState, now: number): RunView {
  const { settings, newest, round } = state;
  const { recipe } = settings;
  const runState = stateOf(state);
  // While nobody trains, an old speed would only mislead.
  const isMoving = runState === "training" || runState === "evaluating";
  const speed = isMoving ? combinedSpeed(state, now) : 0;
  const samplesLeft = (settings.epochs - state.epoch.epoch) * settings.trainCount - state.epoch.sampleCount;
  const secondsLeft = speed > 0 && round !== null ? samplesLeft / speed : null;
  return {
    run: settings.run,
    state: runState,
    sentence: sentenceOf(state, runState, secondsLeft),
    recipe: recipe.name,
    recipeTitle: recipe.title,
    dataset: settings.dataset.name,
    datasetTitle: settings.dataset.title,
    datasetWarning: settings.dataset.warning,
    strategy: settings.strategy.type,
    exact: settings.exact,
    seed: settings.seed,
    parameterCount: settings.parameterCount,
    batchSize: recipe.batchSize,
    step: state.step,
    steps: stepsOfRun(settings),
    epoch: state.epoch.epoch + 1,
    epochs: settings.epochs,
    loss: newest.loss,
    stepLoss: newest.stepLoss,
    accuracy: newest.accuracy,
    testLoss: newest.testLoss,
    diagnosis: state.diagnosis,
    evaluationProgress: evaluationProgress(state),
    samplesPerSecond: speed,
    secondsLeft,
    together: isMoving ? describeTogether(state, now) : null,
    exchange: isMoving ? describeExchange(state) : null,
    startedAt: state.startedAt,
    workers: listedWorkers(state).map((worker) => describeWorker(state, worker, isMoving, now)),
    workerCounts: workerCounts(state),
    shards: state.shardCount,
    published: recipe.published ?? null,
  };
}

/** Those that are here, in the order in which they came, and those that left as far as there is room. */
function listedWorkers({ workers }: CoordinatorState): Worker[] {
  const listed: Worker[] = [];
  for (const isListed of [(worker: Worker) => worker.state !== "left", (worker: Worker) => worker.state === "left"]) {
    for (const worker of workers.values()) {
      if (listed.length === limits.listedWorkers) return listed;
      if (isListed(worker)) listed.push(worker);
    }
  }
  return listed;
}

function workerCounts({ workers, departedCount }: CoordinatorState): RunView["workerCounts"] {
  const counts = { registered: 0, proving: 0, fetching: 0, ready: 0, working: 0, paused: 0, suspect: 0, left: 0 };
  for (const worker of workers.values()) counts[worker.state]++;
  return { ...counts, left: departedCount };
}

function describeWorker(state: CoordinatorState, worker: Worker, isMoving: boolean, now: number): WorkerView {
  const isMeasured = isMoving && canWork(worker);
  const spent = isMeasured ? timeSpentBy(worker, state, now) : null;
  return {
    id: workerIdOf(worker.peer),
    name: worker.name,
    state: worker.state,
    device: worker.device,
    engine: worker.engine,
    samplesPerSecond: isMeasured ? (worker.speed.train ?? 0) : 0,
    soloSamplesPerSecond: spent && soloSpeed(spent),
    time: spent && sharesOf(spent),
    link: worker.link,
    shards: worker.shards,
    samples: worker.samples,
    refusals: worker.refusals,
    joinedAt: worker.joinedAt,
  };
}

function stateOf(state: CoordinatorState): RunState {
  if (state.control !== "running") return state.control;
  if (![...state.workers.values()].some(canWork)) return "waiting";
  return state.round?.kind === "evaluate" ? "evaluating" : "training";
}

function evaluationProgress(state: CoordinatorState): number | null {
  if (state.round?.kind !== "evaluate") return null;
  return state.round.shards.filter((shard) => shard === "done").length / state.round.shards.length;
}

function sentenceOf(state: CoordinatorState, runState: RunState, secondsLeft: number | null): string {
  const { settings, epoch, step, newest } = state;
  const position = `step ${step.toLocaleString("en-US")} of ${stepsOfRun(settings).toLocaleString("en-US")}, epoch ${epoch.epoch + 1} of ${settings.epochs}`;
  switch (runState) {
    case "waiting":
      return waitingSentence(state);
    case "training":
      return `Training: ${position}${secondsLeft === null ? "" : `, about ${formatDuration(secondsLeft)} left`}.`;
    case "evaluating":
      return `Measuring on the test set after epoch ${epoch.epoch + 1} of ${settings.epochs}: ${Math.floor(100 * (evaluationProgress(state) ?? 0))}% done.`;
    case "paused":
      return `Paused at ${position}.`;
    case "finished":
      return `Finished: ${formatPercent(newest.accuracy ?? 0)} of the test set right after ${formatCount(step, "step")}.`;
    case "stopped":
      return state.ending ?? `Stopped at ${position}.`;
  }
}

function waitingSentence(state: CoordinatorState): string {
  const names = (wanted: Worker["state"]) =>
    [...state.workers.values()].filter((worker) => worker.state === wanted).map((worker) => worker.name);
  const suspects = names("suspect");
  if (suspects.length > 0)
    return `Waiting for ${namesInWords(suspects)}, which ${suspects.length === 1 ? "is" : "are"} late.`;
  if (
    state.fingerprint !== null &&
    ![...state.workers.values()].some(({ fingerprint, state }) => fingerprint !== null && state !== "left")
  )
    return `Waiting for a worker with the engine that this exact run is bound to: ${state.fingerprint}.`;
  const proving = [...names("registered"), ...names("proving")];
  if (proving.length > 0)
    return `Waiting for workers: ${namesInWords(proving)} ${proving.length === 1 ? "is" : "are"} proving the engine.`;
  const fetching = names("fetching");
  if (fetching.length > 0)
    return `Waiting for workers: ${namesInWords(fetching)} ${fetching.length === 1 ? "is" : "are"} downloading the parameters.`;
  if (names("paused").length > 0) return "Waiting for workers: every worker is paused.";
  return "Waiting for workers: open the worker page on any device to lend it.";
}

/** "A, B, C and 12 others": a thousand names are no sentence. */
function namesInWords(names: readonly string[]): string {
  const shown = names.slice(0, 4);
  const others = names.length - shown.length;
  return others === 0 ? shown.join(", ") : `${shown.join(", ")} and ${formatCount(others, "other")}`;
}
