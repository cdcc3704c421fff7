/** The HTTP side of a run as a worker on this machine has it, without a socket. */
import type { OpenBytes } from "@convoy/transport";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Routes } from "./routes.ts";

/** `asked` is what it was asked for. */
export function openWithin(addRoutes: (app: Routes) => void, asked: string[] = []): OpenBytes {
  const app: Routes = new Hono<{ Bindings: HttpBindings }>();
  addRoutes(app);
  const incoming = { socket: { remoteAddress: "127.0.0.1" }, headers: { host: "localhost:4300" } };
  return async (path, headers) => {
    asked.push(path);
    const answer = await app.request(path, { headers }, { incoming, outgoing: { setTimeout() {} } });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name),
      bytes: (async function* () {
        yield bytes;
      })(),
    };
  };
}
