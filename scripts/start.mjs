import { existsSync } from "node:fs";
import { build } from "./build.mjs";
import { Failure, runCommand } from "./failure.mjs";
import { runScript } from "./run-program.mjs";
import { setUp } from "./setup.mjs";

const coordinator = "apps/coordinator/dist/main.js";

await runCommand(async () => {
  await setUp();
  await build();
  if (!existsSync(coordinator)) throw new Failure(`The build left no ${coordinator}: run "npm run check" to see why.`);
  const { code } = await runScript([coordinator, ...withLocalWorker(process.argv.slice(2))]);
  return code;
});

/**
 * One worker on this machine, so that training is under way at once, unless somebody asked for another number.
 * @param {string[]} args
 */
function withLocalWorker(args) {
  const isChosen = args.some((arg) => arg === "--local-workers" || arg.startsWith("--local-workers="));
  return isChosen || process.env.CONVOY_LOCAL_WORKERS ? args : ["--local-workers", "1", ...args];
}
