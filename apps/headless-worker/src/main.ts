/** A worker without a browser: for servers, continuous integration and load tests. Its engine's threads run the same file. */
import { workerData } from "node:worker_threads";
import { serveThread, THREAD_NAME } from "@convoy/engine-wasm";
import { nodeThreadPort } from "@convoy/engine-wasm/node-thread";

if (workerData === THREAD_NAME) serveThread(nodeThreadPort());
else await import("./lend.ts");
