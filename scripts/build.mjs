import { Failure } from "./failure.mjs";
import { runScript } from "./run-program.mjs";
import { stage } from "./stage.mjs";

/** Builds the apps; what has not changed since the last time comes from turbo's cache. Expects the packages installed. */
export async function build() {
  await stage("Building", runBuild, (counts) => counts);
}

async function runBuild() {
  const { code, output } = await runTurbo(["run", "build", "--output-logs=errors-only"]);
  if (code !== 0) throw new Failure("The apps could not be built: the reason is above.", output);
  const [, cached = "0", total = "0"] = /Cached:\s+(\d+) cached, (\d+) total/.exec(output) ?? [];
  return `${cached} of ${total} from the cache`;
}

/** What engines are made of; quick when it is there already. */
export async function buildKernels() {
  const { code, output } = await runTurbo([
    "run",
    "build",
    "--filter=@convoy/engine-wasm",
    "--output-logs=errors-only",
  ]);
  if (code !== 0) throw new Failure("The engine's kernels could not be built: the reason is above.", output);
}

/** @param {string[]} args */
export function runTurbo(args) {
  return runScript(["node_modules/turbo/bin/turbo", ...args], {
    quiet: true,
    env: { TURBO_UI: "false", TURBO_NO_UPDATE_NOTIFIER: "1", npm_config_loglevel: "silent" },
  });
}
