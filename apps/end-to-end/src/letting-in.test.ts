/** Programs at the door: who is let in by where they come from and what they show, and whom they trust themselves. */
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { PROTOCOL_VERSION, type RunView } from "@convoy/protocol";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { CoordinatorProcess, collect, startHeadlessWorker, until } from "./coordinator-process.ts";

let coordinator: CoordinatorProcess | null = null;
const workers: ChildProcess[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill("SIGKILL");
  await coordinator?.stop();
  coordinator = null;
});

/** The coordinator's first word to a page of this host that asks to watch, without any token. */
function answerTo(host: string, port: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // A browser would send just this, when the page's own name leads to this machine.
    const headers = { host: `${host}:${port}`, origin: `http://${host}:${port}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket/?EIO=4&transport=websocket`, { headers });
    socket.on("error", reject);
    socket.on("message", (data) => {
      const text = String(data);
      if (text.startsWith("0")) socket.send("40");
      else if (text.startsWith("40")) {
        socket.send(`42${JSON.stringify(["message", { type: "watch", protocol: PROTOCOL_VERSION, token: null }])}`);
      } else if (text.startsWith("42")) {
        resolve(JSON.parse(text.slice(2))[1]);
        socket.close();
      }
    });
  });
}

test("[A1] a page that had its own name lead to this machine is told nothing but that", async () => {
  coordinator = await CoordinatorProcess.start([]);
  expect(await answerTo("localhost", coordinator.port)).toMatchObject({ type: "snapshot", mayControl: true });
  expect(await answerTo("evil.example", coordinator.port)).toMatchObject({
    type: "refused",
    refusal: { reason: "invitation-required" },
  });
});

test("a worker by the shared link trusts the coordinator's own authority when it is told to, and says so when not", async () => {
  coordinator = await CoordinatorProcess.start(["--host", "0.0.0.0", "--https"]);
  const { port, dataDir, url } = coordinator;
  const invitation = /#invite=(\S+)/.exec(coordinator.output())?.[1];
  const link = `https://localhost:${port}/worker/#invite=${invitation}`;
  const doubting = startHeadlessWorker(link, "Doubting worker", []);
  const said = collect(doubting);
  const ca = path.join(dataDir, "ca.crt");
  writeFileSync(ca, await (await fetch(`${url}/ca.crt`)).text());
  workers.push(doubting, startHeadlessWorker(link, "Trusting worker", ["--ca", ca]));
  const isPart = ({ name, shards }: RunView["workers"][number]) => name === "Trusting worker" && shards > 0;
  await coordinator.runUntil("the trusting worker's part", (run) => run.workers.some(isPart));
  await until("the doubt", () => (said().includes("give that authority's certificate") ? true : undefined));
  expect((await coordinator.run()).workers.map(({ name }) => name)).toEqual(["Trusting worker"]);
});
