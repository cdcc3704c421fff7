/** Threads of a browser: DedicatedWorkers, also of a DedicatedWorker, all of the same script. */
import type { EngineThread, FromThread, ThreadPort, ToThread } from "./thread-messages.ts";

/** The name by which a script knows that it is to be a thread. */
export const THREAD_NAME = "convoy-engine-thread";

export function openWebThread(script: string): EngineThread {
  const worker = new Worker(script, { type: "module", name: THREAD_NAME });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(onMessage, onFailure) {
      worker.onmessage = ({ data }: MessageEvent<FromThread>) => onMessage(data);
      worker.onerror = (event) => onFailure(event.message || "its script could not be started.");
    },
    close: () => worker.terminate(),
  };
}

/** Of the worker that this script runs in. */
export function webThreadPort(): ThreadPort {
  return {
    post: (message, transfer) =>
      (postMessage as (message: FromThread, transfer: ArrayBuffer[]) => void)(message, transfer),
    listen: (onMessage) => addEventListener("message", ({ data }: MessageEvent<ToThread>) => onMessage(data)),
  };
}
