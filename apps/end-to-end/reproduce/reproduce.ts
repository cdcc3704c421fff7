/** `npm run reproduce`: trains recipes through the real system, and shows the figures beside the published ones and PyTorch's. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { type Recipe, RecipeError } from "@convoy/models";
import { bundleApp, CoordinatorEnded } from "../src/coordinator-process.ts";
import { evaluateChecks } from "./checks.ts";
import { compareExactly } from "./compare-exactly.ts";
import { formOf } from "./forms.ts";
import { writeJson } from "./json-file.ts";
import { type ReproduceOptions, readOptions, UsageError } from "./options.ts";
import { reproduceRecipe } from "./reproduce-recipe.ts";
import { nameOf, type Results } from "./results.ts";
import { describeAny, writeResultsDocument } from "./results-document.ts";

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));
/** As a shell reports a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

try {
  const options = readOptions(process.argv.slice(2), root);
  if (options.recipes.length > 0) await reproduceAll(options);
  if ((options.publish || options.table) && !stop.signal.aborted) writeResultsDocument(root);
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

async function reproduceAll(options: ReproduceOptions): Promise<void> {
  build(options);
  const startedAt = performance.now();
  for (const recipe of options.recipes) {
    if (stop.signal.aborted) return;
    const results = await reproduceOne(recipe, options);
    if (results === null) continue;
    process.stdout.write(`\n${describeAny(results)}`);
    if (!isGood(results)) process.exitCode = 1;
    if (options.publish) writeJson(path.join(root, "docs/results", `${nameOf(results, options.quick)}.json`), results);
  }
  const minutes = (performance.now() - startedAt) / 60_000;
  process.stdout.write(`\n${minutes.toFixed(1)} min; results in ${path.join(options.out, "results")}.\n`);
}

/** Null when it was interrupted, or could not be done: then it says why, and other recipes are not lost. */
async function reproduceOne(recipe: Recipe, options: ReproduceOptions): Promise<Results | null> {
  const undertaking = { recipe, form: formOf(recipe, options), options, root, stop: stop.signal };
  try {
    return await (options.workerCounts.length > 1 ? compareExactly(undertaking) : reproduceRecipe(undertaking));
  } catch (error) {
    if (stop.signal.aborted) return null;
    if (!(error instanceof CoordinatorEnded)) throw error;
    process.stderr.write(`${recipe.name} could not be reproduced. ${error.message}\n`);
    process.exitCode = 1;
    return null;
  }
}

function isGood(results: Results): boolean {
  if (results.kind === "exact") return results.identical;
  return evaluateChecks(results).every(({ verdict }) => verdict !== "missed");
}

function build({ workerKind }: ReproduceOptions): void {
  bundleApp("coordinator");
  bundleApp("headless-worker");
  if (workerKind !== "tabs") return;
  const turbo = ["run", "build", "--filter=@convoy/dashboard", "--output-logs=errors-only"];
  execFileSync(process.execPath, ["node_modules/turbo/bin/turbo", ...turbo], { cwd: root, stdio: "ignore" });
}
