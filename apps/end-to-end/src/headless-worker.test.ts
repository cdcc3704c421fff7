/** How a worker without a browser ends: whoever started it learns from the exit code whether to start another. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { findRecipe } from "@convoy/models";
import type { RefusalReason, ToCoordinator, ToWorker } from "@convoy/protocol";
import type { Connection } from "@convoy/transport";
import { acceptSocketIo, type SocketIoServer } from "@convoy/transport/server";
import { afterEach, expect, test } from "vitest";
import { startHeadlessWorker, until } from "./coordinator-process.ts";

let server: Server;
let sockets: SocketIoServer;
let worker: ChildProcess;

afterEach(async () => {
  worker.kill("SIGKILL");
  await sockets.close();
  server.close();
});

/** A coordinator that does what a test tells it to, and a headless worker that is connected to it. */
async function startWorker(onMessage: (message: ToCoordinator, say: (message: ToWorker) => void) => void) {
  server = createServer();
  sockets = acceptSocketIo(server, (connection: Connection) => ({
    onMessage: (data) => onMessage(data as ToCoordinator, (message) => connection.send(message)),
    onClose: () => {},
  }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  worker = startHeadlessWorker(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "Server");
  let lastWords = "";
  worker.stderr?.on("data", (chunk) => {
    lastWords += chunk;
  });
  return { lastWords: () => lastWords.trim() };
}

const refused = (reason: RefusalReason, sentence: string): ToWorker => ({
  type: "refused",
  refusal: { reason, sentence },
});

function welcome(): ToWorker {
  const recipe = JSON.parse(JSON.stringify(findRecipe("lenet5-mnist")));
  const run = "00112233445566ff";
  return {
    type: "welcome",
    worker: "w1",
    name: "Server",
    run,
    recipe,
    datasetTitle: "D",
    exact: false,
    fingerprint: null,
    trainCount: 60_000,
    downCodec: "fp32",
  };
}

test("[K16] one that computes no numbers leaves with the reason and fails", async () => {
  const heard: ToCoordinator[] = [];
  const { lastWords } = await startWorker((message, say) => {
    heard.push(message);
    if (message.type === "join") say(welcome());
    if (message.type !== "ready") return;
    for (let i = 0; i < 3; i++) say(refused("not-finite", "The gradient has values that are not numbers."));
  });
  await once(worker, "exit");
  expect(worker.exitCode).toBe(1);
  const reason = "What wasm computed was not a number, 3 times in a row.";
  expect(lastWords()).toBe(reason);
  expect(heard.at(-1)).toEqual({ type: "leave", reason });
});

test.each(["sent-away", "protocol-version", "invitation-required"] as const)(
  "[K7] one that is refused for %s says so and fails",
  async (reason) => {
    const { lastWords } = await startWorker((_, say) => say(refused(reason, `Refused: ${reason}.`)));
    await once(worker, "exit");
    expect(worker.exitCode).toBe(1);
    expect(lastWords()).toBe(`Refused: ${reason}.`);
  },
);

test("[K7] one for which there is no room stays, to ask again", async () => {
  let asked = 0;
  await startWorker((message, say) => {
    if (message.type === "join") asked++;
    say(refused("too-many-workers", "This run has its workers."));
  });
  await until("the refusal", () => asked > 0 || undefined);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(worker.exitCode).toBeNull();
});
