import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import { get as getSecurely } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReferenceEngine } from "@convoy/engine";
import { joinPieces, readSafetensors, writeSafetensors } from "@convoy/model-files";
import { lenet5 } from "@convoy/models";
import { limits, PROTOCOL_VERSION, type RunView } from "@convoy/protocol";
import { dialSocketIo } from "@convoy/transport/client";
import { runWorker } from "@convoy/worker";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { smallDigits } from "./datasets/small-mnist.ts";
import type { obtainForRun } from "./obtain-for-run.ts";
import type { CoordinatorOptions } from "./options.ts";
import { type Coordinator, startCoordinator } from "./start-coordinator.ts";
import { StartError } from "./start-error.ts";
import { fileThread, planeThread } from "./test-threads.ts";

let folder: string;
let printed: string;
let coordinator: Coordinator | null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
  coordinator = null;
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    printed += chunk;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await coordinator?.close();
  await rm(folder, { recursive: true });
});

const drawn: typeof obtainForRun = async () => ({ dataset: smallDigits, warning: "Drawn, not real." });

function start(change: Partial<CoordinatorOptions> = {}, obtain = drawn): Promise<Coordinator> {
  const options: CoordinatorOptions = {
    recipe: "lenet5-mnist",
    set: [],
    dataset: undefined,
    datasetDir: undefined,
    trainSamples: undefined,
    testSamples: undefined,
    dataDir: join(folder, "data"),
    host: "127.0.0.1",
    hostName: undefined,
    https: false,
    cert: undefined,
    key: undefined,
    port: 0,
    seed: 1,
    epochs: 1,
    strategy: "sync",
    localSteps: undefined,
    codec: undefined,
    exact: false,
    new: false,
    resume: undefined,
    from: undefined,
    export: undefined,
    checkpointSeconds: 10,
    localWorkers: 0,
    ...change,
  };
  const folders = {
    dashboard: join(folder, "missing"),
    headlessWorker: join(folder, "missing.js"),
    fileThread: fileThread(),
    planeThread: planeThread(),
  };
  const log = pino({}, { write: () => {} });
  // Only what a test names is looked for; nothing is downloaded.
  if (options.datasetDir !== undefined) return startCoordinator(options, folders, log);
  return startCoordinator(options, folders, log, obtain);
}

/** The link to the run that the banner prints, without the slash. */
const printedUrl = () => /http:\/\/localhost:\d+/.exec(printed)?.[0].replace("localhost", "127.0.0.1") ?? "";

test("an exact run is one for its workers and for those who look at it", async () => {
  coordinator = await start({ exact: true });
  expect(printed).toContain("Exact: the same parameters and losses to the last bit");
  const url = printedUrl();
  const view = async () => (await (await fetch(`${url}/api/run`)).json()) as RunView;
  const engines = [{ name: "reference", create: createReferenceEngine }];
  const worker = runWorker({ dial: dialSocketIo(url), name: "w", device: "Node", engines, onStatus: () => {} });
  await vi.waitFor(async () => expect((await view()).workers[0]?.state).toMatch(/ready|working/), 20_000);
  worker.stop();
  expect(await view()).toMatchObject({ exact: true, run: expect.any(String) });
  const [run = ""] = await readdir(join(folder, "data", "runs"));
  expect(JSON.parse(await readFile(join(folder, "data", "runs", run, "run.json"), "utf8"))).toMatchObject({
    exact: true,
  });
});

test("[R4] [R5] a worker over a real socket trains the whole run, and its files are there", async () => {
  coordinator = await start();
  const url = printedUrl();
  const view = async () => (await (await fetch(`${url}/api/run`)).json()) as RunView;
  expect(await view()).toMatchObject({
    state: "waiting",
    dataset: "built-in-digits",
    step: 0,
    steps: 1,
    parameterCount: 44_426,
  });
  const worker = runWorker({
    dial: dialSocketIo(url),
    name: "test",
    device: "Node",
    engines: [{ name: "reference", create: createReferenceEngine }],
    onStatus: () => {},
  });
  await vi.waitFor(async () => expect((await view()).state).toBe("finished"), { timeout: 15_000, interval: 50 });
  expect(await view()).toMatchObject({ step: 1, epoch: 1, accuracy: expect.any(Number), workers: [{ shards: 4 }] });
  const newest = new Uint8Array(await (await fetch(`${url}/api/run/parameters.safetensors`)).arrayBuffer());
  worker.stop();
  await coordinator.close();
  coordinator = null;
  const [run] = await readdir(join(folder, "data", "runs"));
  const runFolder = join(folder, "data", "runs", run as string);
  expect(printed).toContain(runFolder);
  expect(printed).toContain("!! Drawn, not real.");
  expect((await readdir(runFolder)).toSorted()).toEqual([
    "checkpoints",
    "epochs.csv",
    "losses.csv",
    "parameters-epoch-001.safetensors",
    "parameters-initial.safetensors",
    "parameters.safetensors",
    "run.json",
  ]);
  expect(new Uint8Array(await readFile(join(runFolder, "parameters.safetensors")))).toEqual(newest);
  expect(await readFile(join(runFolder, "losses.csv"), "utf8")).toMatch(/^step,loss\n1,2\.\d+\n$/);
}, 20_000);

test("[A1] [A4] what another name leads here gets nothing without the invitation that is kept in the data folder", async () => {
  coordinator = await start();
  const { invitation } = JSON.parse(await readFile(join(folder, "data", "access.json"), "utf8"));
  const port = Number(new URL(printedUrl()).port);
  const statusFor = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      get({ host: "127.0.0.1", port, path: "/api/run", headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on("error", reject);
    });
  expect(await statusFor({})).toBe(200);
  expect(await statusFor({ host: `evil.example:${port}` })).toBe(401);
  expect(await statusFor({ "x-forwarded-for": "192.168.1.7" })).toBe(401);
  expect(await statusFor({ host: "evil.example", authorization: `Bearer ${invitation}` })).toBe(200);
});

test("[T18] a worker that says too much is refused and disconnected, and counts as gone", async () => {
  coordinator = await start();
  const heard: { type: string; refusal?: { reason: string } }[] = [];
  let closed = false;
  const connection = dialSocketIo(printedUrl())({
    onOpen() {
      connection.send({ type: "join", protocol: PROTOCOL_VERSION, name: "hasty", device: "Node", token: null });
      for (let i = 0; i < 10 * limits.messageBurst; i++) connection.send({ type: "availability", available: true });
    },
    onMessage: (message) => heard.push(message as (typeof heard)[number]),
    onClose() {
      closed = true;
      connection.close();
    },
  });
  await vi.waitFor(() => expect(closed).toBe(true), { timeout: 30_000 });
  expect(heard.flatMap(({ refusal }) => refusal?.reason ?? [])).toEqual(["too-fast"]);
  const { workers } = (await (await fetch(`${printedUrl()}/api/run`)).json()) as RunView;
  expect(workers).toMatchObject([{ name: "hasty", state: "left" }]);
}, 60_000);

test("with https, both are answered at the one port, and the certificate is kept for the next time", async () => {
  const authorities: string[] = [];
  for (let time = 0; time < 2; time++) {
    coordinator = await start({ https: true });
    const { port } = new URL(printedUrl());
    const authority = await (await fetch(`http://127.0.0.1:${port}/ca.crt`)).text();
    authorities.push(authority);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      getSecurely({ host: "localhost", port, path: "/api/entry", ca: authority, agent: false }, resolve).on(
        "error",
        reject,
      );
    });
    let body = "";
    for await (const chunk of answer) body += chunk;
    expect(JSON.parse(body)).toMatchObject({
      access: "admin",
      secure: { origin: `https://localhost:${port}`, ownAuthority: true },
    });
    await coordinator.close();
    coordinator = null;
    printed = "";
  }
  expect(authorities[0]).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(authorities[1]).toBe(authorities[0]);
});

test("a certificate from elsewhere that cannot be used ends the start with a sentence", async () => {
  const file = join(folder, "gone.pem");
  await expect(start({ https: true, cert: file, key: file })).rejects.toThrow(
    new StartError(`There is no file ${file}, which --cert names.`),
  );
});

test("a coordinator that is closed before anyone came has saved where it was", async () => {
  const early = await start();
  await early.close();
  const [run] = await readdir(join(folder, "data", "runs"));
  const read = (name: string) => readFile(join(folder, "data", "runs", run as string, name));
  expect(await read("parameters.safetensors")).toEqual(await read("parameters-initial.safetensors"));
});

describe("a start", () => {
  const names = () => readdir(join(folder, "data", "runs"));

  test("goes on with what the one before it left, and says so", async () => {
    await (await start({ seed: 7 })).close();
    const [run] = await names();
    printed = "";
    await (await start({ seed: undefined })).close();
    expect(await names()).toEqual([run]);
    expect(printed).toContain(`The run ${run} goes on after step 0.`);
  });

  test("goes on with the run that is asked for, whose recipe need not be named", async () => {
    await (await start()).close();
    const [run] = await names();
    await (await start({ seed: 7 })).close();
    printed = "";
    await (await start({ recipe: undefined, resume: run })).close();
    expect(printed).toContain(`The run ${run} goes on after step 0.`);
  });

  test("with a changed recipe is another run than with the unchanged one, and goes on as itself", async () => {
    await (await start()).close();
    const [unchanged] = await names();
    const set = ["activation=tanh"];
    await (await start({ set })).close();
    const [changed] = (await names()).filter((name) => name !== unchanged);
    expect(printed).toContain("Convoy trains LeNet-5 on MNIST, activation=tanh, but on");
    expect(printed).toContain("its recipe is lenet5-mnist, not lenet5-mnist-activation-tanh");
    for (const [run, more] of [
      [unchanged, {}],
      [changed, { set }],
      [changed, { recipe: undefined, resume: changed }],
    ] as const) {
      printed = "";
      await (await start(more)).close();
      expect(printed).toContain(`The run ${run} goes on after step 0.`);
    }
    expect(await names()).toHaveLength(2);
  });

  test("that asks for a run whose checkpoints cannot be read is told why", async () => {
    await (await start()).close();
    const [run] = (await names()) as [string];
    const checkpoints = join(folder, "data", "runs", run, "checkpoints");
    for (const name of await readdir(checkpoints)) await truncate(join(checkpoints, name), 0);
    const failure = await start({ resume: run }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toMatch(/^None of the checkpoints of the run \w+ can be read\. .* not JSON/);
  });

  test("that asks for a run which is not there is told which there are", async () => {
    await expect(start({ resume: "nowhere" })).rejects.toThrow(
      `There is no run nowhere in ${join(folder, "data", "runs")} that can be continued; there is none in that folder.`,
    );
    await (await start()).close();
    const [run] = await names();
    const failure = await start({ resume: "../elsewhere" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toContain(`those that can, the newest first: ${run}.`);
  });
});

test("a run can start from a file and leave one when it ends, as it would by hand", async () => {
  const first = join(folder, "first.safetensors");
  const values = Float32Array.from({ length: 44_426 }, (_, i) => Math.sin(i) / 50);
  await writeFile(first, joinPieces(writeSafetensors(lenet5, values, {})));
  const last = join(folder, "last.safetensors");
  coordinator = await start({ from: first, export: last });
  expect(printed).toContain("The run starts from the parameters in first.safetensors.");
  const url = printedUrl();
  const worker = runWorker({
    dial: dialSocketIo(url),
    name: "test",
    device: "Node",
    engines: [{ name: "reference", create: createReferenceEngine }],
    onStatus: () => {},
  });
  const view = async () => (await (await fetch(`${url}/api/run`)).json()) as RunView;
  await vi.waitFor(async () => expect((await view()).state).toBe("finished"), { timeout: 15_000, interval: 50 });
  const newest = new Uint8Array(await (await fetch(`${url}/api/run/parameters.safetensors`)).arrayBuffer());
  worker.stop();
  await coordinator.close();
  coordinator = null;
  const [run] = await readdir(join(folder, "data", "runs"));
  const initial = await readFile(join(folder, "data", "runs", run as string, "parameters-initial.safetensors"));
  expect(Buffer.from(readSafetensors(initial, lenet5).buffer).equals(Buffer.from(values.buffer))).toBe(true);
  expect((await readFile(last)).equals(newest)).toBe(true);
  expect(newest.length).toBe(initial.length);
  expect((await readFile(last)).equals(initial)).toBe(false);
}, 20_000);

test("a start or an export that cannot be ends the start before the dataset is looked for", async () => {
  const datasetDir = join(folder, "nowhere");
  const from = join(folder, "other.safetensors");
  await expect(start({ from, datasetDir })).rejects.toThrow(`There is no file ${from}, which --from names.`);
  await expect(start({ export: "model.h5", datasetDir })).rejects.toThrow("it must end in .safetensors, .onnx or");
});

test("two runs with the same seed begin with the same parameters, under different names", async () => {
  for (let i = 0; i < 2; i++) await (await start({ new: true })).close();
  const runs = await readdir(join(folder, "data", "runs"));
  expect(runs).toHaveLength(2);
  const [first, second] = await Promise.all(
    runs.map((run) => readFile(join(folder, "data", "runs", run, "parameters-initial.safetensors"))),
  );
  // The headers differ in the name of the run alone.
  expect(first?.subarray(-4 * 44_426)).toEqual(second?.subarray(-4 * 44_426));
});

test("an unknown recipe, a port in use and a missing dataset each end the start with a sentence", async () => {
  await expect(start({ recipe: "lenet6" })).rejects.toThrow(
    'There is no recipe "lenet6". Known recipes: lenet5-mnist, lenet5-mnist-adam, lenet5-1998, alexnet-cifar10, alexnet-cifar10-small, alexnet-cifar10-small-collapse, alexnet-2012.',
  );
  coordinator = await start();
  const port = Number(new URL(printedUrl()).port);
  const failure = await start({ port }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StartError);
  expect((failure as Error).message).toContain(`Port ${port} is in use`);
  await expect(start({ datasetDir: join(folder, "nowhere") })).rejects.toThrow("it does not exist");
});

test("a data folder that cannot be used ends the start before the dataset is looked for", async () => {
  const dataDir = join(folder, "file");
  await writeFile(dataDir, "");
  await expect(start({ dataDir, datasetDir: join(folder, "nowhere") })).rejects.toThrow(
    `The data folder ${dataDir} cannot be written: a file is in its place; choose another with --data-dir.`,
  );
});

test("a worker that dials while the run is prepared is answered, and not in the way of the end", async () => {
  const port = await freePort();
  const statuses: (number | undefined)[] = [];
  coordinator = await start({ port }, async (...args) => {
    const headers = { connection: "Upgrade", upgrade: "websocket" };
    const request = get({ host: "127.0.0.1", port, path: "/socket.io/?transport=websocket", headers, agent: false });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    statuses.push(answer.resume().statusCode);
    return drawn(...args);
  });
  // Without the pages, which a test has not.
  expect(statuses).toEqual([503]);
  await coordinator.close();
  coordinator = null;
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
