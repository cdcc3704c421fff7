/** What a reproduction has to show, and whether it does. */
import type { Reproduction } from "./results.ts";
import { type EpochSummary, summarize } from "./summary.ts";

export interface Check {
  readonly what: string;
  readonly measured: string;
  /** "open" where there is nothing to compare with. */
  readonly verdict: "met" | "missed" | "open";
}

/** How far a mean loss may lie outside the range of PyTorch's seeds, as a share. */
const LOSS_MARGIN = 0.1;
/** The first epoch of LeNet-5 alone differs by a quarter from seed to seed: so many make a range to be missed. */
const RANGE_SEEDS = 3;

/** How far the loss of a network that only guesses is from the logarithm of 10. */
const GUESSING = 0.003;

/** What is known of single recipes beside PyTorch's figures. */
interface Expectation {
  /** By how much the mean accuracy may differ from PyTorch's; below it alone, or on both sides. */
  readonly margin: number;
  readonly isOneSided: boolean;
  readonly leastAccuracy?: number;
  /** The loss stays that of guessing, and so does the accuracy. */
  readonly neverLearns?: true;
}
const digits = { margin: 0.002, isOneSided: false };
const pictures = { margin: 0.01, isOneSided: true };
const expectations: Readonly<Record<string, Expectation>> = {
  "lenet5-mnist": digits,
  "lenet5-mnist-adam": digits,
  "lenet5-1998": { ...digits, leastAccuracy: 0.98 },
  "alexnet-cifar10": pictures,
  "alexnet-cifar10-small": { ...pictures, leastAccuracy: 0.642 },
  "alexnet-cifar10-small-collapse": { ...pictures, neverLearns: true },
  "alexnet-2012": pictures,
};

/** Of a shortened form only that its losses are like PyTorch's: nobody knows better figures of it. */
export function evaluateChecks(results: Reproduction): Check[] {
  const ours = summarize(results.convoy);
  const theirs = summarize(results.pytorch);
  const expectation = expectations[results.recipe] ?? pictures;
  return [
    checkLosses(ours, theirs, results.pytorch.length),
    ...(results.whole ? [checkAccuracy(ours, theirs, expectation)] : []),
    ...(results.whole ? checkLeast(ours, expectation) : []),
    // What never learns shows it in every epoch.
    ...(results.form.trainSamples === null ? checkGuessing(results, expectation) : []),
  ];
}

function checkLosses(ours: readonly EpochSummary[], theirs: readonly EpochSummary[], seeds: number): Check {
  const what = "every epoch's mean loss within the range of PyTorch's seeds ± 10 %";
  const compared = ours.slice(0, theirs.length);
  if (compared.length === 0) return { what, measured: "no figures of PyTorch", verdict: "open" };
  const farthest = Math.max(...compared.map((epoch, index) => outside(epoch, theirs[index] as EpochSummary)));
  const inside = compared.filter((epoch, index) => outside(epoch, theirs[index] as EpochSummary) <= LOSS_MARGIN).length;
  const isRange = seeds >= RANGE_SEEDS;
  const measured = `${inside} of ${compared.length} epochs; at most ${(100 * farthest).toFixed(1)} % outside the range${isRange ? "" : `, of fewer than ${RANGE_SEEDS} seeds`}`;
  if (inside < compared.length) return { what, measured, verdict: isRange ? "missed" : "open" };
  return { what, measured, verdict: inside < ours.length ? "open" : "met" };
}

/** How far outside the range a mean lies, as a share of the range's nearer end; 0 inside. */
function outside({ loss: { mean } }: EpochSummary, { loss: { least, most } }: EpochSummary): number {
  if (Number.isNaN(mean) || Number.isNaN(least)) return Number.POSITIVE_INFINITY;
  return Math.max(0, mean / most - 1, 1 - mean / least);
}

function checkAccuracy(
  ours: readonly EpochSummary[],
  theirs: readonly EpochSummary[],
  { margin, isOneSided }: Expectation,
): Check {
  const points = `${(100 * margin).toFixed(1)} ${margin === 0.01 ? "point" : "points"}`;
  const what = isOneSided
    ? `mean test accuracy at least PyTorch's mean − ${points}`
    : `mean test accuracy within ${points} of PyTorch's mean`;
  const [mean, other] = [ours.at(-1)?.testAccuracy.mean, theirs.at(-1)?.testAccuracy.mean];
  if (mean === undefined || other === undefined || theirs.length < ours.length) {
    return { what, measured: "no figures of PyTorch", verdict: "open" };
  }
  const isMet = mean >= other - margin && (isOneSided || mean <= other + margin);
  const difference = 100 * (mean - other);
  const measured = `${percent(mean)} against ${percent(other)}: ${signed(difference)} points`;
  return { what, measured, verdict: isMet ? "met" : "missed" };
}

function checkLeast(ours: readonly EpochSummary[], { leastAccuracy }: Expectation): Check[] {
  if (leastAccuracy === undefined) return [];
  const end = accuracyAtTheEnd(ours);
  const verdict = end >= leastAccuracy ? "met" : "missed";
  return [{ what: `mean test accuracy at least ${percent(leastAccuracy)}`, measured: percent(end), verdict }];
}

function checkGuessing({ convoy }: Reproduction, { neverLearns }: Expectation): Check[] {
  if (neverLearns !== true) return [];
  const guessing = convoy.filter(onlyGuesses);
  const what = `every seed only guesses: each epoch's mean loss is ln 10 ± ${GUESSING}, and 10.00 % are right at the end`;
  const measured = `${guessing.length} of ${convoy.length} ${convoy.length === 1 ? "seed" : "seeds"}`;
  return [{ what, measured, verdict: guessing.length === convoy.length ? "met" : "missed" }];
}

function onlyGuesses({ epochs }: Reproduction["convoy"][number]): boolean {
  const isAtGuessing = epochs.every(({ loss }) => loss !== null && Math.abs(loss - Math.LN10) < GUESSING);
  return isAtGuessing && Math.abs((epochs.at(-1)?.testAccuracy ?? 0) - 0.1) < 1e-9;
}

function accuracyAtTheEnd(ours: readonly EpochSummary[]): number {
  return ours.at(-1)?.testAccuracy.mean ?? Number.NaN;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
