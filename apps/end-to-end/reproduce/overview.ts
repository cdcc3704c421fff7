/** All reproductions in one table: a line each. */
import { evaluateChecks, percent } from "./checks.ts";
import { describeForm } from "./forms.ts";
import { markdownTable } from "./markdown.ts";
import { type Reproduction, type Results, workersInWords } from "./results.ts";
import { spreadOf } from "./summary.ts";

export function overviewOf(all: readonly Results[]): string {
  const reproductions = all.filter((results) => results.kind === "reproduction");
  const head = ["recipe", "form", "trained by", "right at the end, published", "PyTorch", "Convoy", "what has to hold"];
  return [...markdownTable([head, ...reproductions.map(rowOf)]), ""].join("\n");
}

function rowOf(results: Reproduction): string[] {
  const { recipe, form, whole, strategy, workers, convoy, pytorch, published } = results;
  const seeds = convoy.length === 1 ? "1 seed" : `${convoy.length} seeds`;
  return [
    `\`${recipe}\``,
    whole ? "whole" : describeForm(form),
    `${strategy}, ${workersInWords(workers)}, ${seeds}`,
    published === null || !whole ? "" : percent(published.testAccuracy),
    rightAtTheEnd(pytorch),
    rightAtTheEnd(convoy),
    verdictsOf(results),
  ];
}

function rightAtTheEnd(seeds: Reproduction["convoy"] | Reproduction["pytorch"]): string {
  const ends = seeds.flatMap(({ epochs }) => epochs.at(-1)?.testAccuracy ?? []);
  return ends.length === 0 ? "" : percent(spreadOf(ends).mean);
}

/** "3 met, 1 missed". */
function verdictsOf(results: Reproduction): string {
  const verdicts = evaluateChecks(results).map(({ verdict }) => verdict);
  const counted = (["met", "missed", "open"] as const).map((wanted) => {
    const count = verdicts.filter((verdict) => verdict === wanted).length;
    return count === 0 ? [] : [`${count} ${wanted}`];
  });
  return counted.flat().join(", ");
}
