/** `npm run dev`: the pages rebuilt on each change. NEXT_PUBLIC_CONVOY_COORDINATOR says where a coordinator runs. */
import { watchTrainingWorker } from "./bundle-training-worker.mjs";
import { runNext } from "./run-next.mjs";

const endWatching = await watchTrainingWorker();
process.exitCode = await runNext(["dev", "--port", "3000"]);
await endWatching();
