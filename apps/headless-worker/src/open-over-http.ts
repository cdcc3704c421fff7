import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { get as getSecurely } from "node:https";
import type { OpenBytes } from "@convoy/transport";

/**
 * Asks a coordinator over HTTP as Node.js does: `fetch` would know no authority but its own. `url` is the coordinator's origin, `token`
 * what lets one in there, `authority` as for dialing.
 */
export function openOverHttp(url: string, token: string | null, authority: string | undefined): OpenBytes {
  const shown = token === null ? {} : { authorization: `Bearer ${token}` };
  const ca = authority === undefined ? {} : { ca: authority };
  const ask = url.startsWith("https:") ? getSecurely : get;
  return async (path, headers, signal) => {
    const asked = ask(new URL(path, url), { headers: { ...headers, ...shown }, signal, ...ca });
    const answer = await answerOf(asked);
    const header = (name: string) => {
      const value = answer.headers[name];
      return typeof value === "string" ? value : null;
    };
    return { status: answer.statusCode ?? 0, header, bytes: answer };
  };
}

function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on("response", resolve);
    asked.on("error", reject);
  });
}
