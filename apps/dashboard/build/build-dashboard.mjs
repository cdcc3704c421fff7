/** `npm run build`: the training worker's script, then the pages, into `out/`. */
import { bundleTrainingWorker } from "./bundle-training-worker.mjs";
import { runNext } from "./run-next.mjs";

await bundleTrainingWorker();
process.exitCode = await runNext(["build"]);
