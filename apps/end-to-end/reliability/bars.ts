/** A measured figure beside the bar it has to clear; the programs in this folder end with a table of them. */
import { writeFileSync } from "node:fs";

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Each, where the value is one of several. */
  readonly of?: readonly number[];
  readonly unit: string;
  /** On which side of `must` and `aim` the value has to be. */
  readonly limit: "at most" | "at least";
  /** Null where the figure is only shown. */
  readonly must: number | null;
  readonly aim: number | null;
}

/** Prints the bars, writes them as JSON where that is asked for, and fails the process when a `must` is not met. */
export function reportBars(bars: readonly Bar[], jsonPath: string | undefined): void {
  process.stdout.write(`\n${tableOf(bars)}\n`);
  if (jsonPath !== undefined) writeFileSync(jsonPath, `${JSON.stringify(bars.map(asRow), null, 2)}\n`);
  if (!bars.every(isMet)) process.exitCode = 1;
}

/** As every bench of the project writes it: a bound in words, a value that could not be measured as null. */
export function asRow({ name, value, of, unit, limit, must, aim }: Bar) {
  const bound = (at: number | null) => (at === null ? null : `${limit === "at most" ? "<=" : ">="} ${at}`);
  const several = of === undefined ? {} : { of };
  return { name, value: Number.isFinite(value) ? value : null, ...several, unit, must: bound(must), aim: bound(aim) };
}

/** A value that is no number meets nothing. */
export function isMet({ value, limit, must }: Bar): boolean {
  if (must === null) return true;
  return limit === "at most" ? value <= must : value >= must;
}

function tableOf(bars: readonly Bar[]): string {
  const rows = [["", "value", "must", "aim", ""]];
  for (const bar of bars) {
    const sign = bar.limit === "at most" ? "≤" : "≥";
    const bound = (value: number | null) => (value === null ? "" : `${sign} ${format(value)}`);
    const verdict = bar.must === null ? "" : isMet(bar) ? "met" : "MISSED";
    const several = bar.of === undefined ? "" : `, of ${bar.of.map(format).join(", ")}`;
    rows.push([`${bar.name}${several}`, `${format(bar.value)} ${bar.unit}`, bound(bar.must), bound(bar.aim), verdict]);
  }
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ")).join("\n");
}

/** What two decimals would show as nothing has its power of ten. */
function format(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.005) return value.toExponential(1);
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}
