/** Runs in a DedicatedWorker of Chromium: lets an engine answer, and says how far it is from the reference. */

import { findRecipe } from "@convoy/models";
import { answerRequests, type BrowserEngine, engineFactories } from "../../performance/page/engine-factories.ts";
import { answerOf, type Deviation, deviationOf } from "../deviation.ts";
import { batchOf } from "../full-size-problem.ts";

export interface CompareRequest {
  readonly engine: BrowserEngine;
  readonly recipe: string;
  /** Of the question. */
  readonly samples: readonly number[];
  /** The reference's. */
  readonly loss: number;
  readonly evaluationLoss: number;
}

answerRequests(compare);

/** Parameters and the reference's gradient are fetched, so that both sides have the same bits. */
async function compare({ engine, recipe, samples, ...losses }: CompareRequest): Promise<Deviation> {
  const { model, preprocessing } = findRecipe(recipe);
  const task = { model, preprocessing };
  const question = { task, batch: batchOf(task, samples), samples, parameters: await vector("parameters") };
  const actual = await answerOf(engineFactories[engine], question);
  return deviationOf(question, actual, { ...losses, gradient: await vector("gradient") });
}

async function vector(name: string): Promise<Float32Array> {
  return new Float32Array(await (await fetch(new URL(name, self.location.href))).arrayBuffer());
}
