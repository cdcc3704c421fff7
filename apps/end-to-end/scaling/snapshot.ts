/**
 * `npm run bench:snapshot`: by how much the rounds of others slow down while a newcomer fetches 228 MB of parameters over HTTP, as quickly as
 * it may on this machine, and over a link of 100 Mb/s. Pairs of a download and as long without one, in turns.
 */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { besideLargeNewcomers, type LargePair as Pair, play } from "./large-newcomer.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of twelve seconds each; 0 leaves them out. */
    pairs: { type: "string", default: "10" },
    /** Pairs of the slow link, of 36 seconds each. */
    "slow-pairs": { type: "string", default: "3" },
    /** Pairs in a run of 57 million parameters, of a minute each: without them it takes no gigabytes. */
    "large-pairs": { type: "string", default: "2" },
    json: { type: "string" },
  },
});

const root = import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps"));
const program = ["scripts/run-source.mjs", "apps/coordinator/scaling/rounds-beside-download.ts"];

const [role, url = "", megabits = ""] = positionals;
if (role === undefined) await measureAll();
else play(role, url, megabits);

async function measureAll(): Promise<void> {
  const bars: Bar[] = [];
  const { pairs, "slow-pairs": slowPairs, "large-pairs": largePairs } = values;
  if (pairs !== "0") bars.push(...barsOf("on this machine", lenetPairs("--pairs", pairs)));
  if (slowPairs !== "0") bars.push(...barsOf("over 100 Mb/s", lenetPairs("--pairs", slowPairs, "--megabits", "100")));
  if (largePairs !== "0")
    bars.push(...barsOf("in a run as large, over 100 Mb/s", await besideLargeNewcomers(Number(largePairs), 100)));
  reportBars(bars, values.json);
}

function lenetPairs(...options: string[]): Pair[] {
  const output = execFileSync(process.execPath, [...program, ...options], { cwd: root, encoding: "utf8" });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Pair[];
}

function barsOf(title: string, pairs: readonly Pair[]): Bar[] {
  const mean = (field: keyof Pair) => pairs.reduce((sum, pair) => sum + pair[field], 0) / pairs.length;
  const slowdowns = pairs.map(({ beside, without }) => 1 - beside / without);
  const shown = (what: string, value: number, unit: string): Bar => {
    return { name: `${title}: ${what}`, value, unit, limit: "at most", must: null, aim: null };
  };
  const percent = 100 * (1 - mean("beside") / mean("without"));
  return [
    { name: `${title}: others are slower by`, value: percent, unit: "%", limit: "at most", must: 10, aim: 2 },
    shown("the pair in which they were most", 100 * Math.max(...slowdowns), "%"),
    shown("rounds without", mean("without"), "/s"),
    shown("rounds beside a download", mean("beside"), "/s"),
    shown("a download takes", mean("seconds"), "s"),
  ];
}
