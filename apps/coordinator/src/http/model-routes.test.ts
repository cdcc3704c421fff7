import { readSafetensors } from "@convoy/model-files";
import { findRecipe, parameterLayout } from "@convoy/models";
import { limits, modelFilesViewSchema } from "@convoy/protocol";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { ModelDownloads } from "../model/model-downloads.ts";
import { addModelRoutes } from "./model-routes.ts";
import type { Routes } from "./routes.ts";

const recipe = findRecipe("lenet5-mnist");

function served(of = recipe) {
  const vector = (step: number) => new Float32Array(parameterLayout(of.model).length).fill(step);
  let step = 4;
  const settings = { run: "00112233445566ff", recipe: of, seed: 1 };
  const downloads = new ModelDownloads(() => ({ settings, parameters: vector(step), step }));
  const app: Routes = new Hono();
  addModelRoutes(app, () => downloads, { error: "preparing" });
  const env = { incoming: { socket: { remoteAddress: "127.0.0.1" } }, outgoing: { setTimeout() {} } };
  const get = (path: string, init?: RequestInit) => app.request(`/api/run/${path}`, init, env);
  return { get, learn: () => step++ };
}

test("the newest parameters come as safetensors, of a length that is told before", async () => {
  const { get, learn } = served();
  for (const step of [4, 5]) {
    const answer = await get("parameters.safetensors");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="lenet5-mnist-step-${step}.safetensors"`,
    );
    const file = new Uint8Array(await answer.arrayBuffer());
    expect(answer.headers.get("content-length")).toBe(String(file.length));
    expect(new Set(readSafetensors(file, recipe.model))).toEqual(new Set([step]));
    learn();
  }
});

test("a file that has not changed is not sent again; one step later it is", async () => {
  const { get, learn } = served();
  const etags = new Set<string>();
  for (const path of ["parameters.safetensors", "model.onnx", "layers-model/model.json", "layers-model/weights.bin"]) {
    const first = await get(path);
    const etag = first.headers.get("etag") as string;
    etags.add(etag);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    await first.arrayBuffer();
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`]) {
      const again = await get(path, { headers: { "if-none-match": known } });
      expect(again.status).toBe(304);
      expect(again.headers.get("etag")).toBe(etag);
      expect(await again.text()).toBe("");
    }
    learn();
    expect((await get(path, { headers: { "if-none-match": etag } })).status).toBe(200);
  }
  expect(etags.size).toBe(4);
});

test("the list says where each file is and how long, or why there is none", async () => {
  const { get } = served();
  const { formats } = modelFilesViewSchema.parse(await (await get("model-files")).json());
  expect(formats.map(({ title }) => title)).toEqual(["safetensors", "ONNX", "TensorFlow.js"]);
  for (const { path, bytes, name } of formats.flatMap(({ files }) => files)) {
    const answer = await get(path);
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes);
    expect(answer.headers.get("content-disposition")).toContain(name);
  }
  const other = served({ ...recipe, model: { ...recipe.model, layers: withNormalization() } });
  const list = modelFilesViewSchema.parse(await (await other.get("model-files")).json());
  const sentence =
    "Layer 1 (local-response-normalization over 3, bias 1, alpha 1, beta 1) cannot be part of a TensorFlow.js";
  expect(list.formats.map(({ objection }) => objection)).toEqual([null, null, expect.stringContaining(sentence)]);
  for (const path of ["layers-model/model.json", "layers-model/weights.bin"]) {
    const answer = await other.get(path);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toEqual({ error: list.formats[2]?.objection });
  }
});

test("TensorFlow.js finds the weights beside model.json", async () => {
  const { get } = served();
  const { weightsManifest } = (await (await get("layers-model/model.json")).json()) as {
    weightsManifest: { paths: string[] }[];
  };
  const answer = await get(`layers-model/${weightsManifest[0]?.paths[0]}`);
  expect(new Float32Array(await answer.arrayBuffer())).toHaveLength(44_426);
});

test("as many downloads as the limit says are under way at once, and one that ends or breaks off makes room", async () => {
  const { get } = served();
  const begin = async () => {
    const answer = await get("parameters.safetensors");
    const reader = answer.body?.getReader();
    if (answer.status === 200) await reader?.read();
    return { status: answer.status, reader };
  };
  // What is only asked about takes no room.
  for (let i = 0; i < 20; i++) await get("parameters.safetensors", { method: "HEAD" });
  const all = [];
  for (let i = 0; i < limits.modelDownloads; i++) all.push(await begin());
  expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
  const refused = await get("model.onnx");
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("10");
  expect(await refused.json()).toEqual({ error: expect.stringContaining("As many downloads as are possible") });
  await all[0]?.reader?.cancel();
  const next = await begin();
  expect(next.status).toBe(200);
  expect((await begin()).status).toBe(503);
  while ((await next.reader?.read())?.done === false);
  expect((await begin()).status).toBe(200);
});

function withNormalization() {
  const layer = { type: "local-response-normalization" as const, size: 3, bias: 1, alpha: 1, beta: 1 };
  return [layer, ...recipe.model.layers];
}
