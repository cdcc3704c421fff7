/** The HTTP side of the one port: the exported dashboard and a small API to look at the run. */
import { existsSync } from "node:fs";
import { type EntryView, PROTOCOL_VERSION, type RunView } from "@convoy/protocol";
import type { Caller } from "@convoy/transport";
import { callerOf } from "@convoy/transport/server";
import type { HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { type Context, Hono } from "hono";
import type { Admission } from "../access/access.ts";
import type { ModelDownloads } from "../model/model-downloads.ts";
import { addModelRoutes } from "./model-routes.ts";
import { addParameterRoutes, type ServedParameters } from "./parameter-routes.ts";
import { addSampleRoutes, type RunSamples } from "./sample-routes.ts";
import type { Traffic } from "./traffic.ts";

/** A run as the API sees it. */
export interface ServedRun {
  describe(): RunView;
  readonly model: ModelDownloads;
  readonly parameters: ServedParameters;
  readonly samples: RunSamples;
  /** With workers and viewers, since the start. */
  traffic(): Traffic;
  /** The pixels of a sample of a run's test set; null where it is another run, or has no such sample. */
  testSample(run: string, position: number): Uint8Array | null;
}

export interface RoutesOptions {
  /** Folder of the exported pages. */
  readonly dashboard: string;
  /** Null while the dataset is being obtained. */
  run(): ServedRun | null;
  admit(caller: Caller, token: string | null): Admission;
  /** What is told to somebody who wants to get in and has been admitted so far. */
  describeEntry(admission: Admission, visitedHost: string | null): EntryView;
  /** The certificate, as PEM, of an authority that devices may install; null where there is none. */
  authority(): string | null;
}

export type Routes = Hono<{ Bindings: HttpBindings }>;

export function createRoutes({ dashboard, run, admit, describeEntry, authority }: RoutesOptions): Routes {
  const app: Routes = new Hono();
  const preparing = { error: "The run is being prepared; try again in a moment." };

  app.get("/api/health", (context) =>
    context.json({ status: run() === null ? "preparing" : "ok", protocol: PROTOCOL_VERSION }),
  );
  app.get("/api/entry", (context) => {
    const caller = callerOf(context.env.incoming);
    context.header("cache-control", "no-store");
    return context.json(describeEntry(admit(caller, shownToken(context)), caller.host));
  });
  app.use("/api/run/*", async (context, next) => {
    const admission = admit(callerOf(context.env.incoming), shownToken(context));
    if (admission.access !== "none") return next();
    context.header("www-authenticate", "Bearer");
    return context.json({ reason: "invitation-required", error: admission.sentence }, 401);
  });
  app.get("/api/run", (context) => {
    const current = run();
    return current === null ? context.json(preparing, 503) : context.json(current.describe());
  });
  app.get("/api/run/traffic", (context) => {
    const current = run();
    return current === null ? context.json(preparing, 503) : context.json(current.traffic());
  });
  addModelRoutes(app, () => run()?.model ?? null, preparing);
  addParameterRoutes(app, () => run()?.parameters ?? null);
  addSampleRoutes(app, () => run()?.samples ?? null);
  app.get("/api/run/test-samples/:run/:position{[0-9]{1,9}}", (context, next) => {
    const { run: named, position } = context.req.param();
    const pixels = run()?.testSample(named, Number(position)) ?? null;
    if (pixels === null) return next();
    return context.body(new Uint8Array(pixels), 200, {
      "content-type": "application/octet-stream",
      // A run's test set never changes, and another run has another address.
      "cache-control": "private, max-age=31536000, immutable",
    });
  });
  app.all("/api/*", (context) =>
    context.json({ error: `There is no ${context.req.method} ${context.req.path}.` }, 404),
  );

  app.get("/ca.crt", (context) => {
    const certificate = authority();
    if (certificate === null) return context.text("This coordinator has no certificate authority of its own.", 404);
    // Phones offer to install a file of this type.
    return context.body(certificate, 200, {
      "content-type": "application/x-x509-ca-cert",
      "cache-control": "no-cache",
    });
  });

  if (!existsSync(dashboard)) {
    app.get("*", (context) => context.text("The dashboard is not built; run the build, then start again.", 503));
    return app;
  }
  app.use("*", async (context, next) => {
    await next();
    // Next.js names its own files by their content; everything else may change with the next build.
    const immutable = context.res.ok && context.req.path.startsWith("/_next/static/");
    context.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    context.header("x-content-type-options", "nosniff");
    // A page that showed the run within itself could have its visitor, who is trusted here, click on what they do not see.
    context.header("content-security-policy", "frame-ancestors 'none'");
  });
  app.use("*", serveStatic({ root: dashboard }));
  app.notFound((context) => context.text("There is no such page. The run is at /, lending a device at /worker/.", 404));
  return app;
}

/** Programs show a token in a header; a link to a file can only carry it. */
function shownToken({ req }: Context): string | null {
  const bearer = /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1];
  return bearer ?? req.query("invite") ?? null;
}
