import type { Server } from "node:http";
import { networkInterfaces } from "node:os";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import { Access } from "./access/access.ts";
import { type AccessTokens, obtainAccessTokens } from "./access/access-tokens.ts";
import { listen } from "./http/listen.ts";
import { createRoutes, type ServedRun } from "./http/routes.ts";
import { Https } from "./https/https.ts";
import { Entry } from "./network/entry.ts";
import type { CoordinatorOptions } from "./options.ts";

export interface OpenPort {
  readonly server: Server;
  readonly access: Access;
  readonly entry: Entry;
  readonly tokens: AccessTokens;
  /** Ends what goes on beside the server. */
  close(): void;
}

/** Opens the one port: the pages and the API are there from now on, the run as soon as `run` has one. */
export async function openPort(
  options: CoordinatorOptions,
  dashboard: string,
  log: Logger,
  run: () => ServedRun | null,
): Promise<OpenPort> {
  const tokens = await obtainAccessTokens(options.dataDir);
  const https = options.https ? await Https.prepare(options, log) : null;
  const { server, port } = await listen(options.host, options.port);
  https?.serveOn(server);
  const access = new Access(tokens);
  const certificate = () => https?.certificate ?? null;
  const { host, hostName } = options;
  const entry = new Entry({ host, port, hostName, tokens, interfaces: networkInterfaces, certificate });
  const routes = createRoutes({
    dashboard,
    run,
    admit: (caller, token) => access.admit(caller, token),
    describeEntry: (admission, visited) => entry.describe(admission, visited),
    authority: () => certificate()?.authority ?? null,
  });
  server.on("request", getRequestListener(routes.fetch));
  return { server, access, entry, tokens, close: () => https?.close() };
}
