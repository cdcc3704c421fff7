/** A run that was interrupted goes on from its newest checkpoint that can be used. */
import { type RunSettings, restoreCoordinator } from "@convoy/coordination";
import { normOf } from "@convoy/vectors";
import { type Checkpoint, readNewestCheckpoint } from "../checkpoints/checkpoint-store.ts";
import { differenceFrom, type FoundRun, findRuns, type RunWish } from "../checkpoints/found-runs.ts";
import { checkpointsOf, RunFolder } from "../checkpoints/run-folder.ts";
import { RunLock } from "../checkpoints/run-lock.ts";
import { openPlane } from "../plane/open-plane.ts";
import { StartError } from "../start-error.ts";
import { historyTrouble, type Opening, type OpenRun } from "./opening.ts";

/** Why a run does not go on: a clause, and what to do about it. */
interface Obstacle {
  readonly because: string;
  readonly remedy: string;
}

/** The run that was asked for by its name. A StartError when it cannot go on. */
export async function continueChosen(opening: Opening, wish: RunWish, found: FoundRun): Promise<OpenRun> {
  const { run } = found.manifest.settings;
  if (found.manifest.position.ending?.control === "finished") {
    throw new StartError(`The run ${run} is finished: nothing is left to train. Start a new one with --new.`);
  }
  const result = await continueRun(opening, wish, found);
  if ("state" in result) return result;
  throw new StartError(`The run ${run} cannot be continued: ${result.because}. ${result.remedy}`);
}

/** The run that was saved last of those that have not ended and are what is wished for; or why there is none. */
export async function continueUnfinished(
  opening: Opening,
  wish: RunWish,
): Promise<{ readonly run: OpenRun | null; readonly remark: string | null }> {
  let remark: string | null = null;
  const { options, log } = opening;
  for (const found of await findRuns(options.dataDir, (sentence) => log.warn(sentence))) {
    if (found.manifest.position.ending !== null) continue;
    const result = await continueRun(opening, wish, found);
    if ("state" in result) return { run: result, remark: result.remark };
    const { run } = found.manifest.settings;
    remark ??= `A new run begins, and the unfinished run ${run} is not continued: ${result.because}.`;
  }
  return { run: null, remark };
}

async function continueRun(opening: Opening, wish: RunWish, found: FoundRun): Promise<OpenRun | Obstacle> {
  const { manifest, path } = found;
  const { run } = manifest.settings;
  const difference = differenceFrom(wish, manifest);
  if (difference !== null) {
    return { because: difference, remedy: "Leave out the option that says otherwise, or start a new run with --new." };
  }
  const lock = await RunLock.take(path, opening.onLost);
  if (lock === null) return { because: "another coordinator trains it", remedy: "Stop that one first." };
  const { newest, damages } = await readNewestCheckpoint(checkpointsOf(path), run);
  for (const damage of damages) {
    opening.log.warn(`${damage}${newest === null ? "" : " The one before it is used."}`);
  }
  if (newest === null) {
    await lock.release();
    return {
      because: "none of its checkpoints can be used",
      remedy: `What is left of it lies in ${path}; start a new run with --new.`,
    };
  }
  return restore(opening, found, lock, newest);
}

async function restore(opening: Opening, found: FoundRun, lock: RunLock, checkpoint: Checkpoint): Promise<OpenRun> {
  const { options, obtained, files, planeThread, log } = opening;
  const { path, manifest } = found;
  const { position, ...vectors } = checkpoint;
  const { name, title } = obtained.dataset;
  const settings = {
    ...manifest.settings,
    checkpointMs: 1000 * options.checkpointSeconds,
    dataset: { name, title, warning: obtained.warning },
  };
  const facts = { path, settings, dataset: manifest.dataset, files, onError: historyTrouble(opening) };
  const { folder, history } = await RunFolder.reopen(facts, position);
  const { labels } = obtained.dataset.test;
  const missing = position.step - history.losses.length;
  if (missing > 0) log.warn(`losses.csv lacks ${missing} of the ${position.step} steps so far; they are left out.`);
  return {
    settings,
    state: restoreCoordinator(settings, labels, position, Date.now(), history, normOf(vectors.parameters)),
    plane: await openPlane(settings, { version: position.version, ...vectors }, planeThread),
    folder,
    lock,
    history,
    remark: `The run ${settings.run} goes on after step ${position.step.toLocaleString("en-US")}.${startOf(settings)}`,
  };
}

function startOf({ startedFrom }: RunSettings): string {
  return startedFrom === undefined ? "" : ` It started from the parameters in ${startedFrom.file}.`;
}
