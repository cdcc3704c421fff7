/** Threads of Node, all of the same script. */
import { parentPort, Worker } from "node:worker_threads";
import { assert } from "@convoy/foundation";
import type { EngineThread, FromThread, ThreadPort, ToThread } from "./thread-messages.ts";
import { THREAD_NAME } from "./web-thread.ts";

export function openNodeThread(script: URL): EngineThread {
  const worker = new Worker(script, { name: THREAD_NAME, workerData: THREAD_NAME });
  // The process may end while its threads wait.
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(onMessage, onFailure) {
      worker.on("message", (message: FromThread) => onMessage(message));
      worker.on("error", (error) => onFailure(error.message));
    },
    close: () => void worker.terminate(),
  };
}

export function nodeThreadPort(): ThreadPort {
  assert(parentPort !== null, "this is a thread");
  const port = parentPort;
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (onMessage) => port.on("message", (message: ToThread) => onMessage(message)),
  };
}
