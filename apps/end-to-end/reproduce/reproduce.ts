/** `npm run reproduce`: trains recipes through the real system, and shows the figures beside the published ones and PyTorch's. */
import path from "node:path";
import { RecipeError } from "@convoy/models";
import { bundleApp } from "../src/coordinator-process.ts";
import { readOptions, UsageError } from "./options.ts";
import { reproduceRecipe } from "./reproduce-recipe.ts";

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));
/** As a shell reports a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

try {
  const options = readOptions(process.argv.slice(2), root);
  bundleApp("coordinator");
  bundleApp("headless-worker");
  for (const recipe of options.recipes) {
    if (!stop.signal.aborted) await reproduceRecipe(recipe, options, root, stop.signal);
  }
} catch (error) {
  if (!stop.signal.aborted) {
    if (!(error instanceof UsageError || error instanceof RecipeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
if (stop.signal.aborted) {
  process.stdout.write("\nInterrupted. The same command goes on from here.\n");
  process.exitCode = INTERRUPTED;
}
