/** The same seed of a recipe with several numbers of workers, exactly: the curves have to be the same to the last bit. */
import { isWhole } from "./forms.ts";
import { trainingOf, type Undertaking } from "./places.ts";
import { announce, keepResults } from "./reproduce-recipe.ts";
import type { Comparison } from "./results.ts";
import { lossesOf, trainSeed } from "./train-seed.ts";

/** So many points of the curves are shown and kept, at most. */
const SHOWN = 20;

/** Returns null when it was interrupted. */
export async function compareExactly(undertaking: Undertaking): Promise<Comparison | null> {
  const { recipe, form, options, stop } = undertaking;
  const seed = options.seeds[0] as number;
  const runs: Comparison["runs"] = [];
  const curves: number[][] = [];
  for (const count of options.workerCounts) {
    const workers = { kind: options.workerKind, count };
    announce(undertaking, workers, seed);
    const training = trainingOf(undertaking, workers, seed);
    const trained = await trainSeed(training, stop);
    if (trained === null) return null;
    runs.push({ workers, trained });
    curves.push(lossesOf(training));
  }
  const comparison: Comparison = {
    format: "convoy-results",
    formatVersion: 1,
    kind: "exact",
    recipe: recipe.name,
    title: recipe.title,
    form,
    whole: isWhole(form, recipe),
    runs,
    ...compareRuns(runs, curves),
  };
  keepResults(undertaking, comparison);
  return comparison;
}

export function compareRuns(
  runs: Comparison["runs"],
  curves: readonly (readonly number[])[],
): Pick<Comparison, "curve" | "differingSteps" | "identical"> {
  const steps = Math.max(...curves.map(({ length }) => length));
  const lossesAt = (index: number) => curves.map((curve) => curve[index]);
  const isSame = (index: number) => lossesAt(index).every((loss) => Object.is(loss, curves[0]?.[index]));
  const differingSteps = Array.from({ length: steps }, (_, index) => index).filter((index) => !isSame(index)).length;
  const shown = new Set(Array.from({ length: SHOWN }, (_, i) => Math.round((i * (steps - 1)) / (SHOWN - 1))));
  const curve = [...shown].map((index) => ({
    step: index + 1,
    losses: lossesAt(index).map((loss) => (loss !== undefined && Number.isFinite(loss) ? loss : null)),
  }));
  const sameParameters = new Set(runs.map(({ trained }) => trained.parametersSha256)).size === 1;
  const sameLosses = new Set(runs.map(({ trained }) => trained.lossesSha256)).size === 1;
  return { curve, differingSteps, identical: differingSteps === 0 && sameParameters && sameLosses };
}
