/** Puts the pieces together: port, dataset, run, pages, local workers. */
import { picture } from "@convoy/datasets";
import type { Caller } from "@convoy/transport";
import { acceptWithinBounds } from "@convoy/transport";
import { acceptSocketIo } from "@convoy/transport/server";
import type { Logger } from "pino";
import { prepareDataFolder, runsFolder } from "./checkpoints/data-folder.ts";
import { type FoundRun, findRun, findRuns } from "./checkpoints/found-runs.ts";
import { LargeFiles } from "./checkpoints/large-files.ts";
import { chooseRecipe } from "./choose-recipe.ts";
import type { ServedRun } from "./http/routes.ts";
import { countTraffic } from "./http/traffic.ts";
import { LocalWorkers } from "./local-workers.ts";
import { ExportAtEnd } from "./model/export-at-end.ts";
import { ModelDownloads } from "./model/model-downloads.ts";
import { prepareExport } from "./model/model-export.ts";
import { readRunStart } from "./model/run-start.ts";
import { qrCodeText } from "./network/qr-code.ts";
import { obtainForRun } from "./obtain-for-run.ts";
import { openPort } from "./open-port.ts";
import { BUILT_IN_DIGITS, type CoordinatorOptions } from "./options.ts";
import { leadRun } from "./run/lead-run.ts";
import { openRun } from "./run/open-run.ts";
import type { RunLoop } from "./run/run-loop.ts";
import { StartError } from "./start-error.ts";
import { banner, progressLine, warningBox } from "./terminal.ts";

const PROGRESS_INTERVAL_MS = 15_000;

export interface Coordinator {
  /** Saves the parameters, then ends everything. */
  close(): Promise<void>;
}

export interface CoordinatorFolders {
  /** The exported pages. */
  readonly dashboard: string;
  /** The program of the headless worker. */
  readonly headlessWorker: string;
  /** The program of the thread that writes files. */
  readonly fileThread: string;
  /** The program of the thread that long vectors have. */
  readonly planeThread: string;
}

export async function startCoordinator(
  options: CoordinatorOptions,
  folders: CoordinatorFolders,
  log: Logger,
  obtain: typeof obtainForRun = obtainForRun,
): Promise<Coordinator> {
  // Before the dataset, as the port: what cannot work should not be found out after a download.
  await prepareDataFolder(options.dataDir);
  const chosen = options.resume === undefined ? null : await findChosen(options.dataDir, options.resume);
  const recipe = await chooseRecipe(options, chosen?.manifest.settings.recipe);
  const start = options.from === undefined ? null : await readRunStart(options.from, recipe);
  const target = options.export === undefined ? null : await prepareExport(options.export, recipe);
  let served: ServedRun | null = null;
  const port = await openPort(options, folders.dashboard, log, () => served);
  const { entry } = port;

  const obtained = await obtain(recipe, withDatasetOf(chosen, options), log);
  const files = new LargeFiles(folders.fileThread);
  const onLost = () => endTakenOver(log);
  const opened = await openRun({
    options,
    recipe,
    obtained,
    chosen,
    start,
    files,
    planeThread: folders.planeThread,
    log,
    onLost,
  });
  const { settings, plane, folder, remark } = opened;
  const admit = (caller: Caller, token: string | null) => port.access.admit(caller, token);
  const snapshot = () => ({ settings, parameters: plane.parameters, step: plane.version });
  const exporting = target === null ? null : new ExportAtEnd(target, files, log);
  const onEnd = () => exporting?.onEnd(snapshot());
  const { loop, saving } = leadRun(opened, { dataset: obtained.dataset, admit, log, onEnd });
  const sockets = acceptSocketIo(
    port.server,
    acceptWithinBounds((connection, caller) => loop.accept(connection, caller)),
  );
  served = {
    describe: () => loop.describe(),
    traffic: countTraffic(port.server),
    model: new ModelDownloads(snapshot),
    parameters: loop.versions,
    samples: { run: settings.run, samples: obtained.dataset },
    testSample: (run, position) => (run === settings.run ? picture(obtained.dataset.test, position) : null),
  };

  process.stdout.write(`${banner({ entry, run: loop.describe(), folder: folder.path, remark })}\n`);
  const link = entry.links?.lend[0];
  if (link !== undefined && process.stdout.isTTY) process.stdout.write(`${qrCodeText(link)}\n\n`);
  if (settings.dataset.warning !== null) process.stdout.write(`${warningBox(settings.dataset.warning)}\n`);
  if (remark !== null) log.info(remark);
  const local = { url: entry.localOrigin, invitation: port.tokens.invitation };
  const workers = new LocalWorkers(folders.headlessWorker, local, log);
  workers.start(options.localWorkers);
  const ticker = reportProgress(loop, log);

  return {
    async close() {
      clearInterval(ticker);
      workers.close();
      // First what cannot be had again: closing connections may take as long as their other ends like.
      await saving.finish((then) => loop.stand(then));
      await exporting?.close();
      port.close();
      await sockets.close();
      loop.close();
      // What it would still answer would be told to closed files.
      await plane.close();
      await folder.close();
      await files.close();
      await opened.lock.release();
    },
  };
}

async function findChosen(dataDir: string, run: string): Promise<FoundRun> {
  const found = await findRun(dataDir, run, (sentence) => {
    throw new StartError(sentence);
  });
  if (found !== null) return found;
  const others = (await findRuns(dataDir, () => {})).filter(
    ({ manifest }) => manifest.position.ending?.control !== "finished",
  );
  const names = others.slice(0, 5).map(({ manifest }) => manifest.settings.run);
  const hint =
    names.length === 0 ? "there is none in that folder" : `those that can, the newest first: ${names.join(", ")}`;
  throw new StartError(`There is no run ${run} in ${runsFolder(dataDir)} that can be continued; ${hint}.`);
}

/** A run that was asked for keeps its digits, unless somebody asks for something else. */
function withDatasetOf(chosen: FoundRun | null, options: CoordinatorOptions): CoordinatorOptions {
  const isOnDigits = chosen?.manifest.dataset.name === BUILT_IN_DIGITS;
  const isSaid = options.dataset !== undefined || options.datasetDir !== undefined;
  return isOnDigits && !isSaid ? { ...options, dataset: BUILT_IN_DIGITS } : options;
}

function endTakenOver(log: Logger): void {
  log.fatal("This coordinator was silent for so long that another has taken over its run; it ends.");
  process.exit(1);
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
