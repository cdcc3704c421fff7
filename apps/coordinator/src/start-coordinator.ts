/** Puts the pieces together: port, dataset, run, pages, local workers. */
import { randomBytes } from "node:crypto";
import { DataPlane, type RunSettings, startCoordinator as startState } from "@convoy/coordination";
import { findRecipe, initializeParameters, parameterLayout, type Recipe } from "@convoy/models";
import { limits } from "@convoy/protocol";
import { acceptSocketIo } from "@convoy/transport/server";
import type { Logger } from "pino";
import { prepareDataFolder, writingTo } from "./checkpoints/data-folder.ts";
import { RunFolder } from "./checkpoints/run-folder.ts";
import type { ServedRun } from "./http/routes.ts";
import { LocalWorkers } from "./local-workers.ts";
import { qrCodeText } from "./network/qr-code.ts";
import { type DatasetForRun, obtainForRun } from "./obtain-for-run.ts";
import { openPort } from "./open-port.ts";
import type { CoordinatorOptions } from "./options.ts";
import { RunLoop } from "./run/run-loop.ts";
import { StartError } from "./start-error.ts";
import { banner, progressLine, warningBox } from "./terminal.ts";

const PROGRESS_INTERVAL_MS = 15_000;
const CHECKPOINT_INTERVAL_MS = 10_000;

export interface Coordinator {
  /** Saves the parameters, then ends everything. */
  close(): Promise<void>;
}

export interface CoordinatorFolders {
  /** The exported pages. */
  readonly dashboard: string;
  /** The program of the headless worker. */
  readonly headlessWorker: string;
}

export async function startCoordinator(
  options: CoordinatorOptions,
  folders: CoordinatorFolders,
  log: Logger,
  obtain: typeof obtainForRun = obtainForRun,
): Promise<Coordinator> {
  const recipe = findRecipe(options.recipe);
  // Before the dataset, as the port: what cannot work should not be found out after a download.
  await prepareDataFolder(options.dataDir);
  let served: ServedRun | null = null;
  const { server, access, entry, tokens } = await openPort(options, folders.dashboard, () => served);

  const obtained = await obtain(recipe, options, log);
  const settings = settingsOf(recipe, options, obtained);
  const initial = initializeParameters(parameterLayout(recipe.model), recipe.initialization, options.seed);
  const folder = await createFolder(options.dataDir, settings, initial, log);
  const plane = new DataPlane(settings.run, recipe.optimizer, { version: 0, parameters: initial });
  let saving: Promise<void> = Promise.resolve();
  const save = (name: string, parameters: Float32Array, step: number) => {
    saving = saving
      .then(async () => {
        const path = await folder.save(name, parameters, step);
        log.info(`Parameters after step ${step} saved: ${path}`);
      })
      .catch((error: Error) => log.warn(`The parameters after step ${step} could not be saved: ${error.message}`));
    return saving;
  };
  const loop = new RunLoop({
    state: startState(settings, Date.now()),
    plane,
    dataset: obtained.dataset,
    admit: (caller, token) => access.admit(caller, token),
    onReport(report) {
      if (report.type === "loss") folder.addLoss(report.point);
      else if (report.type === "epoch") folder.addEpoch(report.point);
      else log[report.entry.level === "warning" ? "warn" : "info"](report.entry.sentence);
    },
    onCheckpoint({ position: { step }, epoch }, parameters) {
      if (epoch !== null) void save(`parameters-epoch-${String(epoch).padStart(3, "0")}`, parameters, step);
      void save("parameters", parameters, step);
    },
  });
  const sockets = acceptSocketIo(server, (connection, caller) => loop.accept(connection, caller));
  served = {
    describe: () => loop.describe(),
    parameters: () => ({
      file: folder.encode(plane.parameters, plane.version),
      name: `${recipe.name}-step-${plane.version}.safetensors`,
    }),
  };

  process.stdout.write(`${banner({ entry, run: loop.describe(), folder: folder.path })}\n`);
  const link = entry.links?.lend[0];
  if (link !== undefined && process.stdout.isTTY) process.stdout.write(`${qrCodeText(link)}\n\n`);
  if (settings.dataset.warning !== null) process.stdout.write(`${warningBox(settings.dataset.warning)}\n`);
  const workers = new LocalWorkers(
    folders.headlessWorker,
    { url: entry.localOrigin, invitation: tokens.invitation },
    log,
  );
  workers.start(options.localWorkers);
  const ticker = reportProgress(loop, log);

  return {
    async close() {
      clearInterval(ticker);
      workers.close();
      // First what cannot be had again: closing connections may take as long as their other ends like.
      await save("parameters", plane.parameters, plane.version);
      await sockets.close();
      loop.close();
      await folder.close();
    },
  };
}

function createFolder(dataDir: string, settings: RunSettings, initial: Float32Array, log: Logger): Promise<RunFolder> {
  return writingTo(dataDir, async () => {
    const folder = await RunFolder.create(dataDir, settings, (error) =>
      log.warn(`The history cannot be written: ${error.message}`),
    );
    await folder.save("parameters-initial", initial, 0);
    return folder;
  });
}

function settingsOf(recipe: Recipe, options: CoordinatorOptions, { dataset, warning }: DatasetForRun): RunSettings {
  const parameterCount = parameterLayout(recipe.model).length;
  if (parameterCount > limits.vectorLength) {
    throw new StartError(
      `${recipe.title} has ${parameterCount} parameters, more than the ${limits.vectorLength} that one message can carry.`,
    );
  }
  return {
    run: randomBytes(8).toString("hex"),
    recipe,
    parameterCount,
    seed: options.seed,
    epochs: options.epochs ?? recipe.epochs,
    exact: false,
    checkpointMs: CHECKPOINT_INTERVAL_MS,
    trainCount: dataset.train.count,
    testCount: dataset.test.count,
    dataset: { name: dataset.name, title: dataset.title, warning },
  };
}

/** Says where the run is, when that has changed since the last time. */
function reportProgress(loop: RunLoop, log: Logger): NodeJS.Timeout {
  let last = "";
  return setInterval(() => {
    const line = progressLine(loop.describe());
    if (line !== last) log.info(line);
    last = line;
  }, PROGRESS_INTERVAL_MS);
}
