/**
 * Part of `npm run bench:snapshot`: how much slower the rounds of others are while a newcomer fetches 228 MB. The real loop, socket.io and
 * HTTP routes in this process, workers whose engines sleep in another, the newcomer in a third. The run is LeNet-5's, for rounds as quick as
 * they are with that; what is fetched is as long as AlexNet's parameters. Prints one line of JSON.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { startCoordinator } from "@convoy/coordination";
import { findRecipe, initializeParameters, parameterLayout } from "@convoy/models";
import { FRAME_HEADER_BYTES, limits, OutgoingFrame, readFrame, snapshotPath } from "@convoy/protocol";
import { acceptWithinBounds } from "@convoy/transport";
import { dialSocketIo, openByFetch } from "@convoy/transport/client";
import { acceptSocketIo } from "@convoy/transport/server";
import { collectRarely, optimizeEarly } from "@convoy/transport/v8-settings";
import { runWorker } from "@convoy/worker";
import { sleepingEngine, withSamplesAtHand } from "@convoy/worker/sleeping";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { listen } from "../src/http/listen.ts";
import { addParameterRoutes } from "../src/http/parameter-routes.ts";
import { readOptions } from "../src/options.ts";
import { PlaneHere } from "../src/plane/plane-here.ts";
import { settingsOf } from "../src/run/open-run.ts";
import { RunLoop } from "../src/run/run-loop.ts";
import { ServedSamples } from "../src/samples/served-samples.ts";
import { blankDataset } from "./emulated-run.ts";

/** AlexNet's, at 224×224. */
const FETCHED_LENGTH = 57_044_810;
const FETCHED_RUN = "00112233445566ff";
const SHARD_SAMPLES = 8;
const SAMPLE_BYTES = 784;
/** LeNet-5's engine on a laptop. */
const SAMPLE_MS = 5 / 64;
const WARM_UP_MS = 8000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: "16" },
    pairs: { type: "string", default: "5" },
    /** Megabits a second that the newcomer reads; without, as many as come. */
    megabits: { type: "string" },
    /** What may leave for all downloads, instead of the limit. */
    "bytes-per-second": { type: "string", default: String(limits.snapshotBytesPerSecond) },
  },
});
const [role, url = ""] = positionals;
const workerCount = Number(values.workers);

collectRarely();
optimizeEarly();
if (role === "workers") beWorkers();
else if (role === "newcomer") await beNewcomer();
else process.stdout.write(`${JSON.stringify(await measure())}\n`);

function beWorkers(): void {
  process.on("disconnect", () => process.exit(0));
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  for (let i = 0; i < workerCount; i++) {
    runWorker({
      dial: withSamplesAtHand(dialSocketIo(url), SAMPLE_BYTES),
      name: `Number ${i}`,
      device: "a bench",
      engines: [{ name: "sleeping", create: sleepingEngine(sleep, SAMPLE_MS) }],
      onStatus() {},
    });
  }
}

/** Fetches each time it is told to, checks what came, and says so. */
async function beNewcomer(): Promise<void> {
  const open = openByFetch(url, null);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + 4 * FETCHED_LENGTH);
  process.on("disconnect", () => process.exit(0));
  process.on("message", async () => {
    const answer = await open(snapshotPath(FETCHED_RUN, 0), {}, new AbortController().signal);
    const startedAt = performance.now();
    let received = 0;
    for await (const piece of answer.bytes) {
      bytes.set(piece, received);
      received += piece.length;
      if (values.megabits === undefined) continue;
      const dueAt = startedAt + (8 * received) / (1000 * Number(values.megabits));
      const early = dueAt - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    }
    const parsed = readFrame(bytes, FETCHED_LENGTH);
    process.send?.(parsed.ok ? "fetched" : parsed.refusal.sentence);
  });
  process.send?.("ready");
}

/** Rounds a second while the newcomer fetched, and in as much time without that, before or after. */
interface Pair {
  readonly seconds: number;
  readonly beside: number;
  readonly without: number;
}

async function measure(): Promise<Pair[]> {
  const { loop, port, close } = await serve();
  const origin = `http://127.0.0.1:${port}`;
  const start = (as: string) => fork(process.argv[1] as string, [as, origin, ...process.argv.slice(2)]);
  const workers = start("workers");
  const newcomer = start("newcomer");
  await once(newcomer, "message");
  await pause(WARM_UP_MS);
  const pairs: Pair[] = [];
  for (let i = 0; i < Number(values.pairs); i++) {
    const known = pairs[0]?.seconds;
    const before = i % 2 === 0 || known === undefined ? null : await rate(loop, pause(1000 * known));
    const beside = await rate(loop, fetchOnce(newcomer));
    const without = before ?? (await rate(loop, pause(beside.seconds * 1000)));
    pairs.push({ seconds: beside.seconds, beside: beside.perSecond, without: without.perSecond });
  }
  workers.disconnect();
  newcomer.disconnect();
  await close();
  return pairs;
}

async function fetchOnce(newcomer: ChildProcess): Promise<void> {
  newcomer.send("fetch");
  const [said] = await once(newcomer, "message");
  if (said !== "fetched") throw new Error(String(said));
}

/** Rounds a second until the work is done. */
async function rate(loop: RunLoop, work: Promise<void>) {
  const look = () => ({ step: loop.describe().step, at: performance.now() });
  const before = look();
  await work;
  const after = look();
  const seconds = (after.at - before.at) / 1000;
  return { seconds, perSecond: (after.step - before.step) / seconds };
}

async function serve() {
  const recipe = { ...findRecipe("lenet5-mnist"), batchSize: SHARD_SAMPLES * workerCount };
  const options = readOptions(["--strategy", "sync", "--epochs", "10000"]);
  const dataset = blankDataset(recipe, 640_000);
  const settings = {
    ...settingsOf({ options, recipe, start: null, obtained: { dataset, warning: null } }),
    checkpointMs: Number.MAX_VALUE,
  };
  const parameters = initializeParameters(parameterLayout(recipe.model), recipe.initialization, settings.seed);
  const loop = new RunLoop({
    state: startCoordinator(settings, dataset.test.labels, Date.now()),
    plane: new PlaneHere(settings, { version: 0, parameters }),
    dataset,
    samples: new ServedSamples(dataset),
    admit: () => ({ access: "admin" }),
    onReport() {},
    onCheckpoint() {},
  });
  const { server, port } = await listen("127.0.0.1", 0);
  const fetched = new OutgoingFrame(FETCHED_LENGTH);
  fetched.vector.fill(0.1);
  const frame = fetched.seal({ run: FETCHED_RUN, version: 0, lease: 0 });
  const app = new Hono<{ Bindings: HttpBindings }>();
  const bounds = { ...limits, snapshotBytesPerSecond: Number(values["bytes-per-second"]) };
  addParameterRoutes(app, () => ({ run: FETCHED_RUN, newestVersion: 0, find: () => frame }), bounds);
  server.on("request", getRequestListener(app.fetch));
  const sockets = acceptSocketIo(
    server,
    acceptWithinBounds((connection, caller) => loop.accept(connection, caller)),
  );
  const close = async () => {
    loop.close();
    await sockets.close();
  };
  return { loop, port, close };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
