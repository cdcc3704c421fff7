import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { type NetworkInterfaceInfo, tmpdir } from "node:os";
import { join } from "node:path";
import { picture } from "@convoy/datasets";
import { allSamplesPath, entryViewSchema, PROTOCOL_VERSION, snapshotPath } from "@convoy/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Access } from "../access/access.ts";
import { ModelDownloads, modelPaths } from "../model/model-downloads.ts";
import { Entry } from "../network/entry.ts";
import { RUN } from "../run/test-frames.ts";
import { TestRun, tinyDataset, tinySettings, tokens } from "../run/test-run-loop.ts";
import { createRoutes, type ServedRun } from "./routes.ts";

let parent: string;
let dashboard: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "convoy-"));
  dashboard = join(parent, "out");
  const files = {
    "index.html": "<h1>the run</h1>",
    "worker/index.html": "<h1>lend this device</h1>",
    "_next/static/chunk.js": "1",
    "worker/training-worker.js": "2",
    "../secret.txt": "secret",
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(dashboard, name, ".."), { recursive: true });
    await writeFile(join(dashboard, name), content);
  }
});
afterAll(() => rm(parent, { recursive: true }));

function routes(options: { run?: ServedRun | null; dashboard?: string; authority?: string } = {}) {
  const tiny = new TestRun();
  tiny.loop.close();
  const { plane } = tiny;
  const model = new ModelDownloads(() => ({
    settings: tinySettings,
    parameters: plane.parameters,
    step: plane.version,
  }));
  const running: ServedRun = {
    describe: () => tiny.view,
    model,
    parameters: tiny.loop.versions,
    samples: { run: RUN, samples: tinyDataset },
    traffic: () => ({ sentBytes: 7, receivedBytes: 5 }),
    testSample: (run, position) => (run === RUN ? picture(tinyDataset.test, position) : null),
  };
  const run = options.run === undefined ? running : options.run;
  const access = new Access(tokens);
  const certificate = () => null;
  const entry = new Entry({ host: "0.0.0.0", port: 1, hostName: undefined, tokens, interfaces, certificate });
  const app = createRoutes({
    dashboard: options.dashboard ?? dashboard,
    run: () => run,
    admit: (caller, token) => access.admit(caller, token),
    describeEntry: (admission, visited) => entry.describe(admission, visited),
    authority: () => options.authority ?? null,
  });
  /** As from a program or browser on this machine. */
  const request = (path: string, init: RequestInit = {}, from = here) =>
    app.request(path, init, { incoming: from, outgoing: { setTimeout() {} } });
  return { app: { request }, tiny };
}

const incoming = (remoteAddress: string, host: string) =>
  ({ socket: { remoteAddress }, headers: { host } }) as IncomingMessage;
const here = incoming("127.0.0.1", "localhost:4300");
const elsewhere = incoming("192.168.1.7", "192.168.1.5:4300");
const interfaces = () => ({ eth0: [{ address: "192.168.1.5", internal: false } as NetworkInterfaceInfo] });

const files = modelPaths.map((path) => `/api/run/${path}`);

describe("the API", () => {
  test("says that it is there, and which protocol it speaks", async () => {
    const answer = await routes().app.request("/api/health");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: "ok", protocol: PROTOCOL_VERSION });
  });

  test("describes the run", async () => {
    const { app, tiny } = routes();
    const answer = await app.request("/api/run");
    expect(answer.status).toBe(200);
    const view = await answer.json();
    expect(view).toEqual(JSON.parse(JSON.stringify(tiny.view)));
    for (const field of ["state", "recipe", "dataset", "step", "steps", "epoch", "epochs", "loss", "stepLoss"])
      expect(view).toHaveProperty(field);
    for (const field of ["accuracy", "samplesPerSecond", "workers"]) expect(view).toHaveProperty(field);
  });

  test("says how much has gone over the websockets", async () => {
    const answer = await routes().app.request("/api/run/traffic");
    expect(await answer.json()).toEqual({ sentBytes: 7, receivedBytes: 5 });
  });

  test("[V7] hands out the pixels of a test sample, to be kept for good", async () => {
    const { app } = routes();
    for (const position of [0, 7, 19]) {
      const answer = await app.request(`/api/run/test-samples/${RUN}/${position}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
      const pixels = tinyDataset.test.pixels.subarray(16 * position, 16 * (position + 1));
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(pixels.slice());
    }
  });

  test.each([
    `${RUN}/20`,
    `${RUN}/-1`,
    `${RUN}/1.5`,
    `${RUN}/`,
    `${RUN}/1/2`,
    "ffffffffffffffff/1",
    `${RUN}/9999999999`,
  ])("[V7] has no test sample %s", async (path) => {
    const answer = await routes().app.request(`/api/run/test-samples/${path}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get("cache-control")).toBeNull();
  });

  test("[V7] has no test sample while the run is being prepared", async () => {
    expect((await routes({ run: null }).app.request(`/api/run/test-samples/${RUN}/1`)).status).toBe(404);
  });

  test("says so while the run is being prepared", async () => {
    const { app } = routes({ run: null });
    expect(await (await app.request("/api/health")).json()).toMatchObject({ status: "preparing" });
    for (const path of ["/api/run", "/api/run/model-files", ...files]) {
      const answer = await app.request(path);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ error: "The run is being prepared; try again in a moment." });
    }
  });

  test.each([
    ["GET", "/api/nothing"],
    ["POST", "/api/run"],
    ["DELETE", "/api/run/parameters.safetensors"],
  ])("answers %s %s with a sentence", async (method, path) => {
    for (const app of [routes().app, routes({ dashboard: join(parent, "missing") }).app]) {
      const answer = await app.request(path, { method });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({ error: `There is no ${method} ${path}.` });
    }
  });
});

describe("whoever is not on this machine", () => {
  const paths = [
    "/api/run",
    "/api/run/traffic",
    "/api/run/parameters.safetensors",
    `/api/run/test-samples/${RUN}/3`,
    snapshotPath(RUN, 0),
  ];

  test.each(paths)("[A4] gets nothing of %s without an invitation", async (path) => {
    const { app } = routes();
    for (const init of [{}, { headers: { authorization: "Bearer k7m4-x9p3" } }]) {
      const answer = await app.request(path, init, elsewhere);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(await answer.json()).toEqual({
        reason: "invitation-required",
        error: expect.stringMatching(/^[^.]*invitation[^.]*\.$/),
      });
    }
    expect((await app.request(`${path}?invite=wrong`, {}, elsewhere)).status).toBe(401);
  });

  test.each(paths)("[A4] gets %s with one, in a header or in the address", async (path) => {
    const { app } = routes();
    for (const token of [tokens.invitation, tokens.adminKey]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await app.request(path, { headers }, elsewhere)).status).toBe(200);
    }
    expect((await app.request(`${path}?invite=${tokens.invitation}`, {}, elsewhere)).status).toBe(200);
  });

  test("[A4] [N11] gets all samples at once neither without an invitation nor with one; this machine does", async () => {
    const { app } = routes();
    const path = allSamplesPath(RUN);
    const headers = { authorization: `Bearer ${tokens.invitation}` };
    expect((await app.request(path, {}, elsewhere)).status).toBe(401);
    expect((await app.request(path, { headers }, elsewhere)).status).toBe(403);
    const answer = await app.request(path);
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, (85 + 20) * 17]);
  });

  test("[A4] is not told whether there is a run yet", async () => {
    expect((await routes({ run: null }).app.request("/api/run", {}, elsewhere)).status).toBe(401);
  });

  test("[A1] a page on this machine whose name was made to lead here is refused", async () => {
    const rebound = incoming("127.0.0.1", "evil.example:4300");
    expect((await routes().app.request("/api/run", {}, rebound)).status).toBe(401);
  });

  test("[A4] gets the pages and whether the coordinator is up, and is told what is open to it", async () => {
    const { app } = routes();
    for (const path of ["/", "/worker/", "/api/health", "/api/entry"])
      expect((await app.request(path, {}, elsewhere)).status).toBe(200);
    const entry = async (token?: string) =>
      (
        await app.request("/api/entry", token ? { headers: { authorization: `Bearer ${token}` } } : {}, elsewhere)
      ).json();
    expect(entryViewSchema.parse(await entry())).toMatchObject({
      access: "none",
      sentence: expect.stringContaining("asks for an invitation"),
      invitation: null,
    });
    const invitation = { token: tokens.invitation, origins: ["http://192.168.1.5:1"] };
    expect(await entry(tokens.invitation)).toMatchObject({ access: "guest", sentence: null, invitation });
    expect(await entry(tokens.adminKey)).toMatchObject({ access: "admin", invitation });
  });
});

test("the certificate authority can be had by everybody, if there is one", async () => {
  const answer = await routes({ authority: "-----BEGIN CERTIFICATE-----" }).app.request("/ca.crt", {}, elsewhere);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/x-x509-ca-cert");
  expect(await answer.text()).toBe("-----BEGIN CERTIFICATE-----");
  expect((await routes().app.request("/ca.crt")).status).toBe(404);
});

describe("the pages", () => {
  test.each([
    ["/", "the run"],
    ["/worker/", "lend this device"],
    ["/worker", "lend this device"],
  ])("%s", async (path, content) => {
    const answer = await routes().app.request(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer.text()).toContain(content);
  });

  test("[A8] no page of another site may show one within itself", async () => {
    for (const path of ["/", "/worker/", "/nothing"]) {
      const answer = await routes().app.request(path);
      expect(answer.headers.get("content-security-policy")).toBe("frame-ancestors 'none'");
    }
  });

  test("only files that are named by their content may be kept by a browser", async () => {
    const cacheOf = async (path: string) => (await routes().app.request(path)).headers.get("cache-control");
    expect(await cacheOf("/_next/static/chunk.js")).toBe("public, max-age=31536000, immutable");
    expect(await cacheOf("/worker/training-worker.js")).toBe("no-cache");
  });

  test("one that is missing is said to be, and is not kept", async () => {
    for (const path of ["/nothing", "/_next/static/nothing.js"]) {
      const answer = await routes().app.request(path);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain("There is no such page.");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
    }
  });

  test.each(["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/_next/..%5c..%5c..%5csecret.txt"])(
    "%s leads nowhere",
    async (path) => {
      const answer = await routes().app.request(path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await answer.text()).not.toContain("secret");
    },
  );

  test("that were not built are said to be missing", async () => {
    const answer = await routes({ dashboard: join(parent, "missing") }).app.request("/");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("The dashboard is not built");
  });
});
