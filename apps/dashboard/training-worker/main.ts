/**
 * The script of the DedicatedWorker that trains: socket, training loop and GPU live together in here, where a hidden
 * tab is not slowed down. The page only shows what it is told. The engine's further threads run the same script.
 */
import { quickestBuild, serveThread, THREAD_NAME, webThreadPort } from "@convoy/engine-wasm";
import { dialSocketIo, openByFetch } from "@convoy/transport/client";
import { limitRate, type RunningWorker, runWorker, type WorkerCommand, type WorkerMessage } from "@convoy/worker";
import { engineCandidates } from "./engine-candidates.ts";

let worker: RunningWorker | null = null;

const say = (message: WorkerMessage) => postMessage(message);
const show = limitRate((status) => say({ type: "status", status }));

if (self.name === THREAD_NAME) serveThread(webThreadPort());
else addEventListener("message", ({ data }: MessageEvent<WorkerCommand>) => obey(data));

function obey(command: WorkerCommand): void {
  switch (command.type) {
    case "start":
      // A second start would be a second worker in one tab.
      worker ??= start(command);
      return;
    case "pause":
      worker?.pause();
      return;
    case "resume":
      worker?.resume();
      return;
    case "stop":
      worker?.stop();
      return;
    case "ping":
      say({ type: "pong" });
      return;
  }
}

function start({
  url,
  name,
  device,
  token,
  engine,
  threads,
  leftOut,
  verdicts,
}: Extract<WorkerCommand, { type: "start" }>): RunningWorker {
  const engines = engineCandidates(engine, leftOut, threads);
  const running = runWorker({
    dial: dialSocketIo(url),
    openBytes: openByFetch(url, token),
    name,
    device,
    token,
    engines,
    verdicts,
    onStatus: show,
  });
  // Found out while the coordinator's answer is on its way. Where it fails, making the engine says so.
  quickestBuild().catch(() => {});
  return running;
}

// What is not caught ends this worker; the page starts a fresh one. All state that matters is the coordinator's.
addEventListener("unhandledrejection", (event) => {
  throw event.reason;
});
