/** The command line that gives results like these again. */
import { findRecipe } from "@convoy/models";
import { formOf } from "./forms.ts";
import type { Comparison, Form, Reproduction, Results, Workers } from "./results.ts";

const whole = { quick: false, epochs: null, trainSamples: null, testSamples: null };

export function commandOf(results: Results): string {
  const options = results.kind === "exact" ? ofComparison(results) : ofReproduction(results);
  return ["npm run reproduce --", results.recipe, ...formOptions(results), ...options].join(" ");
}

function formOptions({ recipe: name, form }: Results): string[] {
  const recipe = findRecipe(name);
  if (isSame(form, formOf(recipe, whole))) return [];
  if (isSame(form, formOf(recipe, { ...whole, quick: true }))) return ["--quick"];
  return [
    ...(form.epochs === recipe.epochs ? [] : [`--epochs ${form.epochs}`]),
    ...(form.trainSamples === null ? [] : [`--train-samples ${form.trainSamples}`]),
    ...(form.testSamples === null ? [] : [`--test-samples ${form.testSamples}`]),
  ];
}

function isSame(a: Form, b: Form): boolean {
  return a.epochs === b.epochs && a.trainSamples === b.trainSamples && a.testSamples === b.testSamples;
}

function ofComparison({ runs }: Comparison): string[] {
  return ["--exact", `--workers ${runs.map(({ workers }) => workers.count).join(",")}`];
}

function ofReproduction({ strategy, exact, workers, convoy, pytorch }: Reproduction): string[] {
  const first = convoy[0]?.seed ?? 1;
  const threads = pytorch[0]?.threads ?? 1;
  return [
    ...(strategy === "local" ? ["--strategy local"] : []),
    ...(exact ? ["--exact"] : []),
    ...workersOptions(workers),
    ...(first === 1 ? [] : [`--seed ${first}`]),
    ...(convoy.length === 1 ? [] : [`--seeds ${convoy.length}`]),
    ...(pytorch.length === 0 ? [] : ["--pytorch"]),
    ...(threads === 1 ? [] : [`--threads ${threads}`]),
  ];
}

function workersOptions({ kind, count }: Workers): string[] {
  return [...(kind === "tabs" ? ["--tabs"] : []), ...(count === 2 ? [] : [`--workers ${count}`])];
}
