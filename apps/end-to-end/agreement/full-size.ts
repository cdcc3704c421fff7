/**
 * `npm run bench:full-size`: one step of each recipe's whole network at its full size on each engine, beside the
 * reference: loss and gradients. `--recipe <name>` takes that one alone.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { createReferenceEngine } from "@convoy/engine";
import { createWasmEngine } from "@convoy/engine-wasm";
import { findRecipe, type Recipe, recipes } from "@convoy/models";
import { BrowserWorker } from "../performance/browser-worker.ts";
import type { BrowserEngine } from "../performance/page/engine-factories.ts";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { answerOf, type Deviation, deviationOf } from "./deviation.ts";
import { fullSizeQuestion } from "./full-size-problem.ts";
import type { CompareRequest } from "./page/compare.ts";

/** Relative, of whole networks. */
const TOLERANCE = 1e-4;
const engines: readonly BrowserEngine[] = [
  "wasm",
  "wasm, fused",
  "wasm, 2 threads",
  "webgpu",
  "tfjs-wasm",
  "tfjs-webgpu",
];

const { values } = parseArgs({
  options: { recipe: { type: "string", multiple: true }, json: { type: "string" } },
});
const chosen = values.recipe?.map(findRecipe) ?? recipes;

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));
/** What the browser fetches: the recipe's parameters and the reference's gradient. */
const files = new Map<string, Uint8Array>();
const bars: Bar[] = [];
for (const recipe of chosen) bars.push(...(await compareAll(recipe)));
reportBars(bars, values.json);

async function compareAll(recipe: Recipe): Promise<Bar[]> {
  const question = await timed(`${recipe.name}: samples far from kinks`, async () => fullSizeQuestion(recipe));
  const { samples } = question;
  const label = `${recipe.name}, ${samples.length} samples`;
  const expected = await timed(`${label}: the reference`, () => answerOf(createReferenceEngine, question));
  files.set("parameters", bytesOf(question.parameters)).set("gradient", bytesOf(expected.gradient));
  const { loss, evaluationLoss } = expected;
  const inNode = async () => deviationOf(question, await answerOf(createWasmEngine(), question), expected);
  const all = barsOf(`${label}: wasm, Node`, await timed(`${label}: wasm, Node`, inNode));
  for (const engine of engines) {
    const name = `${label}: ${engine}`;
    const request: CompareRequest = { engine, recipe: recipe.name, samples, loss, evaluationLoss };
    all.push(...barsOf(name, await timed(name, () => inBrowser(request))));
  }
  return all;
}

/** Each in a browser of its own: what one leaves behind in memory is not the next one's. */
async function inBrowser(request: CompareRequest): Promise<Deviation> {
  const script = path.join(root, "apps/end-to-end/agreement/page/compare.ts");
  const browser = await BrowserWorker.open({ script, files });
  try {
    return (await browser.ask(request)) as Deviation;
  } finally {
    await browser.close();
  }
}

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await run();
  process.stdout.write(`${what}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return result;
}

function barsOf(name: string, { loss, evaluationLoss, tensor, worstTensor, gradient }: Deviation): Bar[] {
  const bar = (what: string, value: number): Bar => {
    return { name: `${name}: ${what}`, value, unit: "", limit: "at most", must: TOLERANCE, aim: null };
  };
  return [
    bar("loss, training and evaluation", Math.max(loss, evaluationLoss)),
    bar(`gradient, worst tensor (${worstTensor})`, tensor),
    bar("gradient, relative L2", gradient),
  ];
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
