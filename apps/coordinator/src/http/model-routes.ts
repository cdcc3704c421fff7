/** The run's network as files. Who may see the run may have them: the guard before `/api/run/` has let them in. */
import { limits } from "@convoy/protocol";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { type ModelDownload, type ModelDownloads, modelPaths } from "../model/model-downloads.ts";
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
  const address = context.env.incoming.socket.remoteAddress ?? "";
  if (!sending.hasRoom(address)) {
    context.header("retry-after", "10");
    return context.json({ error: "As many downloads as are possible are under way; try again in a moment." }, 503);
  }
  // Whoever reads nothing for so long is not to keep others out.
  context.env.outgoing.setTimeout(limits.transferPauseMs);
  return context.body(
    sending.stream(address, () => content.pieces()[Symbol.iterator]()),
    200,
    {
      ...headers,
      "content-type": type,
      "content-length": String(content.byteLength),
      "content-disposition": `attachment; filename="${name}"`,
    },
  );
}
