/** The coordinator's process: reads the options, starts, ends on a signal. */
import { fileURLToPath } from "node:url";
import { DatasetError } from "@convoy/datasets";
import { RecipeError } from "@convoy/models";
import { readOptions } from "./options.ts";
import { type Coordinator, startCoordinator } from "./start-coordinator.ts";
import { StartError } from "./start-error.ts";
import { createLog } from "./terminal.ts";

// From apps/coordinator/dist, where this program is built to.
const folders = {
  dashboard: fileURLToPath(new URL("../../dashboard/out", import.meta.url)),
  headlessWorker: fileURLToPath(new URL("../../headless-worker/dist/main.js", import.meta.url)),
};

const options = readOptions(process.argv.slice(2));
try {
  endOnSignal(await startCoordinator(options, folders, createLog()));
} catch (error) {
  if (!(error instanceof StartError || error instanceof RecipeError || error instanceof DatasetError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

function endOnSignal(coordinator: Coordinator): void {
  let ending = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // A second signal means: at once.
      if (ending) process.exit(1);
      ending = true;
      void coordinator.close().then(() => process.exit(0));
    });
  }
}
