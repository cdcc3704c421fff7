/** Lends this machine, as the command line says, until it is stopped. */
import os from "node:os";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import { wasmDirectory } from "@convoy/engine-tfjs/wasm-directory";
import { createQuickestEngine, createWasmEngine } from "@convoy/engine-wasm";
import { openNodeThread } from "@convoy/engine-wasm/node-thread";
import { dialSocketIo } from "@convoy/transport/client";
import { collectRarely, optimizeEarly } from "@convoy/transport/v8-settings";
import type { EngineCandidate } from "@convoy/worker";
import { limitRate, type RunningWorker, runWorker, type WorkerPhase, type WorkerStatus } from "@convoy/worker";
import { openOverHttp } from "./open-over-http.ts";
import { readOptions } from "./options.ts";
import { whyUnanswered } from "./why-unanswered.ts";

collectRarely();
optimizeEarly();
const options = readOptions(process.argv.slice(2));

// Bundled, this is the file that the process was started with.
const openThread = () => openNodeThread(new URL(import.meta.url));

const candidates: readonly EngineCandidate[] = [
  {
    name: "wasm",
    create: createQuickestEngine({ mostThreads: options.threads, openThread }),
    createExact: createWasmEngine({ build: "simd" }),
    sameEverywhere: true,
  },
  { name: "tfjs-wasm", create: createTfjsEngine("wasm", { wasmPaths: wasmDirectory() }), sameEverywhere: true },
  { name: "tfjs-cpu", create: createTfjsEngine("cpu"), sameEverywhere: true },
];

/** Long enough for a coordinator on the other side of the world. */
const ANSWER_EXPECTED_MS = 5000;
/** A coordinator without room is asked again after this. */
const FULL_MS = 30_000;

const failures: readonly WorkerPhase[] = ["failed", "broken", "outdated"];

let shown = "";
let ending = false;
let isAnswered = false;
say(`Connecting to ${options.url} …`);
const unanswered = setTimeout(async () => {
  const why = await whyUnanswered(options.url, options.ca);
  if (isAnswered) return;
  say(`${options.url} does not answer${why === null ? "" : `: ${why}`}. It is tried again and again until it does.`);
}, ANSWER_EXPECTED_MS);

let waitsForRoom = false;
let worker = lend();

function lend(): RunningWorker {
  return runWorker({
    dial: dialSocketIo(options.url, { authority: options.ca }),
    openBytes: openOverHttp(options.url, options.token, options.ca),
    name: options.name,
    token: options.token,
    device: `Node ${process.versions.node} on ${os.type()}, ${os.cpus()[0]?.model.trim() ?? "unknown processor"}`.slice(
      0,
      300,
    ),
    engines:
      options.engine === undefined ? candidates : candidates.filter((candidate) => candidate.name === options.engine),
    onStatus: limitRate(show),
  });
}

function say(line: string): void {
  if (!options.quiet && line !== shown) process.stdout.write(`${line}\n`);
  shown = line;
}

function show(status: WorkerStatus): void {
  if (status.phase !== "connecting") {
    isAnswered = true;
    clearTimeout(unanswered);
  }
  const line = `${status.name ?? options.name}: ${status.sentence}`;
  if (status.phase === "working") shown = line;
  else say(line);
  // Whoever started this process starts another where that may help.
  if (failures.includes(status.phase)) endWith(status.sentence, 1);
  if (status.phase === "ended") endWith(status.sentence, 0);
  if (status.phase === "full" && !waitsForRoom) {
    waitsForRoom = true;
    setTimeout(lendAgain, FULL_MS);
  }
}

function lendAgain(): void {
  waitsForRoom = false;
  if (!ending) worker = lend();
}

/** The last message still has to leave this process. */
function endWith(sentence: string, code: number): void {
  if (ending) return;
  ending = true;
  if (code !== 0) process.stderr.write(`${sentence}\n`);
  worker.stop();
  setTimeout(() => process.exit(code), 200);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => endWith("Stopped.", 0));

// Whoever started this worker beside itself and has ended, even by force, needs it no more.
if (process.send !== undefined) {
  process.on("disconnect", () => endWith("Stopped.", 0));
  if (!process.connected) endWith("Stopped.", 0);
}
