/** The run's network as files. Who may see the run may have them: the guard before `/api/run/` has let them in. */
import { limits } from "@convoy/protocol";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { type ModelDownload, type ModelDownloads, modelPaths } from "../model/model-downloads.ts";
import { answerInPieces } from "./answer-in-pieces.ts";
import type { Routes } from "./routes.ts";
import { Sending } from "./sending.ts";

/** `preparing`: what is answered while there is no run. */
export function addModelRoutes(app: Routes, model: () => ModelDownloads | null, preparing: { error: string }): void {
  const sending = new Sending(limits.modelDownloads);
  app.get("/api/run/model-files", (context) => {
    const current = model();
    return current === null ? context.json(preparing, 503) : context.json(current.list());
  });
  for (const path of modelPaths) {
    app.get(`/api/run/${path}`, (context) => {
      const current = model();
      if (current === null) return context.json(preparing, 503);
      const download = current.find(path);
      if (typeof download === "string") return context.json({ error: download }, 409);
      return answer(context, download, sending);
    });
  }
}

function answer(
  context: Context<{ Bindings: HttpBindings }>,
  { content, name, type, etag }: ModelDownload,
  sending: Sending,
): Response {
  // Kept by whoever likes, but asked about each time.
  const headers = { etag, "cache-control": "private, no-cache" };
  const known = context.req.header("if-none-match")?.split(/\s*,\s*/) ?? [];
  if (known.includes(etag) || known.includes(`W/${etag}`)) return context.body(null, 304, headers);
  const all = {
    ...headers,
    "content-type": type,
    "content-length": String(content.byteLength),
    "content-disposition": `attachment; filename="${name}"`,
  };
  const begin = () => content.pieces()[Symbol.iterator]();
  const bounds = { retryAfterSeconds: 10, pauseMs: limits.transferPauseMs };
  return answerInPieces(context, sending, { status: 200, headers: all, begin }, bounds);
}
