/** Results as Markdown: what the terminal shows and docs/results.md holds. */
import { evaluateChecks, percent } from "./checks.ts";
import { commandOf } from "./command.ts";
import { describeForm } from "./forms.ts";
import { capital, markdownTable } from "./markdown.ts";
import { type Reproduction, type TorchSeed, type TrainedSeed, workersInWords } from "./results.ts";
import { type EpochSummary, type Spread, spreadOf, summarize } from "./summary.ts";

export function describeResults(results: Reproduction): string {
  const { recipe, title, form, whole, strategy } = results;
  return [
    `### ${title} (\`${recipe}\`${whole ? "" : ", shortened"})${strategy === "local" ? ", side by side" : ""}`,
    "",
    `\`${commandOf(results)}\``,
    "",
    `${capital(describeForm(form))}. ${describeTraining(results)} ${describeTorch(results)}`,
    "",
    ...epochTable(results),
    "",
    endSentence(results),
    "",
    ...checkTable(results),
    "",
  ].join("\n");
}

function describeTraining({ convoy, workers, strategy, exact }: Reproduction): string {
  const [first] = convoy as [TrainedSeed];
  const parts = Math.max(...convoy.map((seed) => seed.parts));
  const interrupted =
    parts === 1
      ? ""
      : ` Interrupted up to ${parts - 1} ${parts === 2 ? "time" : "times"}: times are sums of the parts.`;
  const { machine } = first;
  return [
    `Convoy${exact ? ", exact" : ""}${strategy === "local" ? ", strategy local" : ""}: ${workersInWords(workers)} (${first.engines.join(", ")}), ${seedsInWords(convoy)} on ${first.dataset}, ${first.steps.toLocaleString("en-US")} steps`,
    `in ${duration(spreadOf(convoy.map(({ seconds }) => seconds)).mean)},`,
    `${bytes(spreadOf(convoy.map(({ sentBytes }) => sentBytes)).mean)} sent to the workers and ${bytes(spreadOf(convoy.map(({ receivedBytes }) => receivedBytes)).mean)} received,`,
    `commit ${first.commit}, ${first.finishedAt.slice(0, 10)}; ${machine.cores} cores of ${machine.processor}, ${machine.memoryGb} GB, Node ${machine.node}.${interrupted}`,
  ].join(" ");
}

function describeTorch({ pytorch, pytorchMissing }: Reproduction): string {
  const [first] = pytorch;
  if (first === undefined) return `PyTorch: ${pytorchMissing ?? "not run."}`;
  const threads = `${first.threads} ${first.threads === 1 ? "thread" : "threads"}`;
  const time = duration(spreadOf(pytorch.map(({ seconds }) => seconds)).mean);
  return `PyTorch ${first.version}: ${threads}, ${seedsInWords(pytorch)}, its own random numbers, ${time}.`;
}

function epochTable({ convoy, pytorch, form, ...results }: Reproduction): string[] {
  const ours = summarize(convoy);
  const theirs = summarize(pytorch);
  // With a part of the dataset nobody else has trained.
  const published = form.trainSamples === null ? results.published : null;
  const hasTraining = published?.trainingAccuracy !== undefined;
  const columns: [title: string, cell: (index: number) => string][] = [
    ["epoch", (i) => String(i + 1)],
    ["loss, published", (i) => String(published?.loss[i] ?? "")],
    ["PyTorch", (i) => number(theirs[i]?.loss, 4)],
    ["Convoy", (i) => number(ours[i]?.loss, 4)],
  ];
  if (hasTraining) {
    const given = (i: number) => published.trainingAccuracy?.[i];
    columns.push(
      ["training accuracy, published", (i) => (given(i) === undefined ? "" : percent(given(i) as number))],
      ["PyTorch", (i) => percents(theirs[i]?.trainingAccuracy)],
      ["Convoy", (i) => percents(ours[i]?.trainingAccuracy)],
    );
  }
  columns.push(
    ["test accuracy, PyTorch", (i) => percents(theirs[i]?.testAccuracy)],
    ["Convoy", (i) => percents(ours[i]?.testAccuracy)],
    ["seconds, PyTorch", (i) => seconds(theirs[i])],
    ["Convoy", (i) => seconds(ours[i])],
  );
  const count = Math.max(ours.length, theirs.length);
  const rows = Array.from({ length: count }, (_, index) => columns.map(([, cell]) => cell(index)));
  return markdownTable([columns.map(([title]) => title), ...rows]);
}

function endSentence({ convoy, pytorch, published, whole }: Reproduction): string {
  const end = (summary: EpochSummary[]) => summary.at(-1)?.testAccuracy;
  const figures = [
    ...(published === null
      ? []
      : [`published ${percent(published.testAccuracy)}${whole ? "" : " of the whole recipe"}`]),
    ...(pytorch.length === 0 ? [] : [`PyTorch ${percents(end(summarize(pytorch)))}`]),
    `Convoy ${percents(end(summarize(convoy)))}`,
  ];
  return `Test accuracy at the end: ${figures.join(", ")}.`;
}

function checkTable(results: Reproduction): string[] {
  return markdownTable([
    ["what has to hold", "measured", ""],
    ...evaluateChecks(results).map(({ what, measured, verdict }) => [what, measured, verdict]),
  ]);
}

function seedsInWords(seeds: readonly (TrainedSeed | TorchSeed)[]): string {
  return `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.map(({ seed }) => seed).join(", ")}`;
}

/** The mean; of several seeds their range too. */
function number(spread: Spread | undefined, digits: number): string {
  if (spread === undefined) return "";
  const { mean, least, most } = spread;
  if (Number.isNaN(mean)) return "no number";
  const range = least === most ? "" : ` (${least.toFixed(digits)}–${most.toFixed(digits)})`;
  return `${mean.toFixed(digits)}${range}`;
}

function percents(spread: Spread | undefined): string {
  if (spread === undefined) return "";
  const { mean, least, most } = spread;
  return least === most ? percent(mean) : `${percent(mean)} (${(100 * least).toFixed(2)}–${(100 * most).toFixed(2)})`;
}

function seconds(summary: EpochSummary | undefined): string {
  if (summary === undefined) return "";
  const { mean } = summary.seconds;
  return mean.toFixed(mean < 10 ? 1 : 0);
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function bytes(count: number): string {
  return count < 1e9 ? `${(count / 1e6).toFixed(0)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}
