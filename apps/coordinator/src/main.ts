/** The coordinator's process: reads the options, starts, ends on a signal. */
import { fileURLToPath } from "node:url";
import { DatasetError } from "@convoy/datasets";
import { RecipeError } from "@convoy/models";
import { collectRarely, optimizeEarly } from "@convoy/transport/v8-settings";
import { readOptions } from "./options.ts";
import { type Coordinator, startCoordinator } from "./start-coordinator.ts";
import { StartError } from "./start-error.ts";
import { createLog } from "./terminal.ts";

// From apps/coordinator/dist, where this program is built to.
const folders = {
  dashboard: fileURLToPath(new URL("../../dashboard/out", import.meta.url)),
  headlessWorker: fileURLToPath(new URL("../../headless-worker/dist/main.js", import.meta.url)),
  fileThread: fileURLToPath(new URL("file-thread.js", import.meta.url)),
  planeThread: fileURLToPath(new URL("plane-thread.js", import.meta.url)),
};

// A terminal that was closed cannot be written to; the run goes on, and its parameters are saved.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

/** Signals this close together are one and the same. */
const ECHO_MS = 1000;
/** A start that was asked to end is waited for so long. */
const STARTING_MS = 1000;

collectRarely();
optimizeEarly();
const options = readOptions(process.argv.slice(2));
try {
  const starting = startCoordinator(options, folders, createLog());
  endOnSignal(starting);
  await starting;
} catch (error) {
  if (!(error instanceof StartError || error instanceof RecipeError || error instanceof DatasetError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/**
 * The first signal saves the parameters and ends. A later one means: at once. But who sends one to a whole group of
 * processes (a service manager, a terminal that closes) reaches this one twice, directly and by what started it.
 */
function endOnSignal(starting: Promise<Coordinator>): void {
  let firstAt: number | null = null;
  const end = (signal: NodeJS.Signals) => {
    if (firstAt === null) {
      firstAt = performance.now();
      // It may just be starting. What takes longer to start has learned nothing yet.
      const late = setTimeout(() => process.exit(1), STARTING_MS);
      void starting.then(async (coordinator) => {
        clearTimeout(late);
        await coordinator.close();
        process.exit(0);
      });
    } else if (signal !== "SIGHUP" && performance.now() - firstAt > ECHO_MS) process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
}
