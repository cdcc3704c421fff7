/** `npm run build`: the training worker's script, then the pages, into `out/`. */
import { bundleTrainingWorker } from "./bundle-training-worker.mjs";
import { runNext } from "./run-next.mjs";

// Next.js writes it into the pages: what they remember of a build's engines holds for no other.
process.env.NEXT_PUBLIC_CONVOY_BUILD = await bundleTrainingWorker();
process.exitCode = await runNext(["build"]);
