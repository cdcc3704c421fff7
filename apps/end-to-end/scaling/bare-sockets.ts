/**
 * `npm run bench:sockets`: how many rounds a second the sockets alone allow on this machine, which no coordinator can be quicker
 * than. A server sends a vector to each of 64 connections, whose ends answer with one as long at once; the round is over when all
 * have. Nothing is computed, encoded, checked or added up.
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { assert } from "@convoy/foundation";
import { limits } from "@convoy/protocol";
import type { Connection } from "@convoy/transport";
import { dialSocketIo } from "@convoy/transport/client";
import { acceptSocketIo } from "@convoy/transport/server";
import { collectRarely, optimizeEarly } from "@convoy/transport/v8-settings";

const CONNECTIONS = 64;
const WARM_UP_MS = 2000;
const MEASURED_MS = 8000;
/** Of LeNet-5's 44,426 parameters, with what is around them. */
const frames = { fp32: 177_744, int8: 45_164 };

collectRarely();
optimizeEarly();
const [role, url] = process.argv.slice(2);
if (role === "answer") answer(url as string);
else {
  for (const [codec, bytes] of Object.entries(frames)) {
    const rounds = await roundsWith(bytes);
    process.stdout.write(`${codec}: ${rounds.toFixed(1)} rounds a second with ${CONNECTIONS} connections\n`);
  }
  process.exit(0);
}

/** Ends with the process that forked this one. */
function answer(to: string): void {
  process.on("disconnect", () => process.exit(0));
  for (let i = 0; i < CONNECTIONS; i++) {
    const connection: Connection = dialSocketIo(to)({
      onOpen: () => connection.send({ type: "join" }),
      onMessage: (message) => {
        const { frame } = message as { frame: Uint8Array };
        connection.send({ type: "contribution", lossSum: 1, correctCount: 1, frame: new Uint8Array(frame.length) });
      },
      onClose: () => {},
    });
  }
}

async function roundsWith(bytes: number): Promise<number> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const crowd = fork(process.argv[1] as string, ["answer", `http://127.0.0.1:${port}`]);
  const perSecond = await new Promise<number>((resolve) => {
    const connections: Connection[] = [];
    let [missing, rounds, beganAt] = [CONNECTIONS, 0, 0];
    const begin = () => {
      missing = CONNECTIONS;
      const frame = new Uint8Array(bytes);
      for (const connection of connections) connection.send({ type: "parameters", frame });
    };
    const roundIsOver = () => {
      const passed = performance.now() - beganAt;
      if (passed >= WARM_UP_MS) rounds++;
      if (passed >= WARM_UP_MS + MEASURED_MS) resolve((1000 * rounds) / MEASURED_MS);
      else begin();
    };
    acceptSocketIo(
      http,
      (connection) => ({
        onMessage(message) {
          if ((message as { type: string }).type === "join") {
            connections.push(connection);
            if (connections.length < CONNECTIONS) return;
            beganAt = performance.now();
            begin();
          } else if (--missing === 0) roundIsOver();
        },
        onClose: () => {},
      }),
      { ...limits, greetingMs: 60_000 },
    );
  });
  assert(crowd.kill(), "the crowd was still there");
  http.close();
  return perSecond;
}
