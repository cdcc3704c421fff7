import type { Server } from "node:http";
import { networkInterfaces } from "node:os";
import { getRequestListener } from "@hono/node-server";
import { Access } from "./access/access.ts";
import { type AccessTokens, obtainAccessTokens } from "./access/access-tokens.ts";
import { listen } from "./http/listen.ts";
import { createRoutes, type ServedRun } from "./http/routes.ts";
import { Entry } from "./network/entry.ts";
import type { CoordinatorOptions } from "./options.ts";

export interface OpenPort {
  readonly server: Server;
  readonly access: Access;
  readonly entry: Entry;
  readonly tokens: AccessTokens;
}

/** Opens the one port: the pages and the API are there from now on, the run as soon as `run` has one. */
export async function openPort(
  options: CoordinatorOptions,
  dashboard: string,
  run: () => ServedRun | null,
): Promise<OpenPort> {
  const tokens = await obtainAccessTokens(options.dataDir);
  const access = new Access(tokens);
  const { server, port } = await listen(options.host, options.port);
  const entry = new Entry({ host: options.host, port, tokens, interfaces: networkInterfaces });
  const routes = createRoutes({
    dashboard,
    run,
    admit: (caller, token) => access.admit(caller, token),
    describeEntry: (admission) => entry.describe(admission),
  });
  server.on("request", getRequestListener(routes.fetch));
  return { server, access, entry, tokens };
}
