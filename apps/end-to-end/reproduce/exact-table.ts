/** Runs of the same seed with several numbers of workers, side by side, as Markdown. */
import { commandOf } from "./command.ts";
import { describeForm } from "./forms.ts";
import { capital, markdownTable } from "./markdown.ts";
import { type Comparison, workersInWords } from "./results.ts";

export function describeComparison(comparison: Comparison): string {
  const { recipe, title, form, whole, runs, curve, ...verdict } = comparison;
  const [first] = runs as [Comparison["runs"][number]];
  const { seed, dataset, steps, commit, finishedAt, engines } = first.trained;
  return [
    `### ${title} (\`${recipe}\`), exact${whole ? "" : ", shortened"}`,
    "",
    `\`${commandOf(comparison)}\``,
    "",
    `${capital(describeForm(form))}; ${dataset}; ${steps.toLocaleString("en-US")} steps, seed ${seed}, ${engines.join(", ")}; commit ${commit}, ${finishedAt.slice(0, 10)}.`,
    verdictSentence(verdict),
    "",
    ...markdownTable([
      ["loss of step", ...runs.map(({ workers }) => workersInWords(workers))],
      ...curve.map(({ step, losses }) => [String(step), ...losses.map((loss) => String(loss ?? "no number"))]),
      [
        "test accuracy",
        ...runs.map(({ trained }) => `${(100 * (trained.epochs.at(-1)?.testAccuracy ?? 0)).toFixed(2)} %`),
      ],
      ["parameters, SHA-256", ...runs.map(({ trained }) => `${trained.parametersSha256.slice(0, 16)}…`)],
      ["shards of each worker", ...runs.map(({ trained }) => trained.shards.join(", "))],
      ["seconds", ...runs.map(({ trained }) => trained.seconds.toFixed(0))],
    ]),
    "",
  ].join("\n");
}

function verdictSentence({ identical, differingSteps }: Pick<Comparison, "identical" | "differingSteps">): string {
  if (identical) return "Every loss and every parameter is the same to the last bit.";
  return `**Not the same:** ${differingSteps} losses differ${differingSteps === 0 ? ", but the parameters do" : ""}.`;
}
