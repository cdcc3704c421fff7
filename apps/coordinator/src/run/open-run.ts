/** Opens the run that a start is about: one that was interrupted goes on, or a new one begins. */
import { randomBytes } from "node:crypto";
import { positionOf, type RunSettings, type Strategy, startCoordinator } from "@convoy/coordination";
import { initializeParameters, parameterLayout, type Recipe } from "@convoy/models";
import { limits } from "@convoy/protocol";
import { normOf } from "@convoy/vectors";
import { runPath, writingTo } from "../checkpoints/data-folder.ts";
import { type DatasetIdentity, identifyDataset } from "../checkpoints/dataset-identity.ts";
import { RunFolder } from "../checkpoints/run-folder.ts";
import { RunLock } from "../checkpoints/run-lock.ts";
import { DEFAULT_SEED } from "../options.ts";
import { openPlane } from "../plane/open-plane.ts";
import { StartError } from "../start-error.ts";
import { continueChosen, continueUnfinished } from "./continue-run.ts";
import { historyTrouble, type Opening, type OpenRun } from "./opening.ts";

/** A StartError when the run that was asked for cannot go on, or the disk does not let a new one begin. */
export async function openRun(opening: Opening): Promise<OpenRun> {
  const { options, recipe, obtained, chosen, start } = opening;
  const wish = {
    recipe,
    dataset: identifyDataset(obtained.dataset),
    // Nobody can say that a run should not be.
    exact: options.exact ? (true as const) : null,
    strategy: options.strategy === undefined ? null : { type: options.strategy },
    codec: options.codec ?? null,
    seed: options.seed ?? null,
    epochs: options.epochs ?? null,
    start: start?.file ?? null,
  };
  const { dataDir } = options;
  if (chosen !== null) return writingTo(dataDir, () => continueChosen(opening, wish, chosen));
  const { run, remark } = options.new ? nothing : await writingTo(dataDir, () => continueUnfinished(opening, wish));
  return run ?? beginRun(opening, wish.dataset, remark);
}

const nothing = { run: null, remark: null };

function beginRun(opening: Opening, dataset: DatasetIdentity, remark: string | null): Promise<OpenRun> {
  const { options, recipe, start, obtained, files, planeThread, onLost } = opening;
  const settings = settingsOf(opening);
  const path = runPath(options.dataDir, settings.run);
  return writingTo(options.dataDir, async () => {
    const folder = await RunFolder.create({ path, settings, dataset, files, onError: historyTrouble(opening) });
    const lock = await RunLock.take(path, onLost);
    if (lock === null) throw new StartError(`Another coordinator has the folder of the new run, ${path}.`);
    const parameters =
      start?.parameters ?? initializeParameters(parameterLayout(recipe.model), recipe.initialization, settings.seed);
    const plane = await openPlane(settings, { version: 0, parameters }, planeThread);
    const state = startCoordinator(settings, obtained.dataset.test.labels, Date.now(), normOf(parameters));
    await folder.saveParameters("parameters-initial", parameters, 0);
    // From now on, however this process ends, the run can go on.
    const position = positionOf(state, state.startedAt);
    const started = start === null ? [] : [`The run starts from the parameters in ${start.file.file}.`];
    const all = [remark ?? [], ...started].flat().join(" ") || null;
    const kept = await plane.keep();
    await folder.saveCheckpoint({ position, ...kept });
    plane.giveBack(kept);
    return { settings, state, plane, folder, lock, history: { losses: [], epochs: [] }, remark: all };
  });
}

/** Of a new run, which is given its name here. */
export function settingsOf({
  options,
  recipe,
  start,
  obtained: { dataset, warning },
}: Pick<Opening, "options" | "recipe" | "start" | "obtained">): RunSettings {
  const parameterCount = parameterLayout(recipe.model).length;
  if (parameterCount > limits.vectorLength) {
    throw new StartError(
      `${recipe.title} has ${parameterCount} parameters, more than the ${limits.vectorLength} that one message can carry.`,
    );
  }
  const strategy = strategyOf(options, recipe);
  return {
    run: randomBytes(8).toString("hex"),
    recipe,
    parameterCount,
    seed: options.seed ?? recipe.seed ?? DEFAULT_SEED,
    ...(start === null ? {} : { startedFrom: start.file }),
    epochs: options.epochs ?? recipe.epochs,
    strategy,
    ...codecsOf(options, strategy),
    exact: options.exact,
    checkpointMs: 1000 * options.checkpointSeconds,
    trainCount: dataset.train.count,
    testCount: dataset.test.count,
    dataset: { name: dataset.name, title: dataset.title, warning },
  };
}

/**
 * Chosen as the run goes where that may be: `local` is not the same twice anyway. One codec for both directions; but the hundredth that top-k sends would leave what workers hold far behind the
 * coordinator's parameters, and int8 goes down instead: see docs/codecs.md.
 */
function codecsOf({ codec: asked }: Opening["options"], { type }: Strategy): Pick<RunSettings, "codec" | "downCodec"> {
  const codec = asked ?? (type === "local" ? "auto" : "fp32");
  return { codec, downCodec: codec === "top-k" ? "int8" : codec };
}

/**
 * Side by side, unless every bit or every batch matters: over any link another worker then makes the run quicker. The
 * learning rate grows with the workers whose changes are averaged, as the kind of optimizer lets it: see docs/strategies.md.
 */
function strategyOf({ strategy, localSteps, exact }: Opening["options"], { optimizer }: Recipe): Strategy {
  if (strategy === "sync" || exact) return { type: "sync" };
  const isAdaptive = optimizer.type === "adam" || optimizer.type === "keras-adam";
  return {
    type: "local",
    localSteps: localSteps ?? null,
    outer: { learningRate: 1, momentum: 0 },
    rateScaling: isAdaptive ? "smaller-batches" : "linear",
  };
}
