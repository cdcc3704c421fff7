import { buildKernels, runTurbo } from "./build.mjs";
import { Failure, runCommand } from "./failure.mjs";
import { runScript } from "./run-program.mjs";
import { setUp } from "./setup.mjs";
import { stage } from "./stage.mjs";

const checks = {
  "Format and lint": () =>
    runScript(["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"], { quiet: true }),
  "Who imports whom": () => runTurbo(["boundaries"]),
  Types: () => runTurbo(["run", "typecheck", "--output-logs=errors-only", "--continue"]),
  // What is imported and built has to be there, or knip misses it.
  "Dead code": async () => {
    await buildKernels();
    return runScript(["node_modules/knip/bin/knip.js", "--no-progress"], { quiet: true });
  },
};

/** Runs every check, also after one has failed; only what failed is shown. */
await runCommand(async () => {
  await setUp();
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    const { code, output } = await stage(name, check, ({ code }) => (code === 0 ? "good" : "failed"));
    if (code === 0) continue;
    failed.push(name);
    process.stdout.write(`${output}\n`);
  }
  if (failed.length > 0) throw new Failure(`Checks that failed: ${failed.join(", ")}.`);
  return 0;
});
