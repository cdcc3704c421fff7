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

// A terminal that was closed cannot be written to; the run goes on, and its parameters are saved.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

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
  const end = () => {
    ending = true;
    void coordinator.close().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A second signal means: at once.
    process.on(signal, () => (ending ? process.exit(1) : end()));
  }
  // The terminal was closed. The system and the shell may both say so: only here a second one means nothing.
  process.on("SIGHUP", () => {
    if (!ending) end();
  });
}
