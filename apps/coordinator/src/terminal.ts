/** What the person at the terminal sees. */
import type { RunView } from "@convoy/protocol";
import pino, { type Logger } from "pino";
import pretty from "pino-pretty";
import type { Entry, EntryLinks } from "./network/entry.ts";

export function createLog(): Logger {
  return pino(
    { base: null },
    pretty({ colorize: process.stdout.isTTY, translateTime: "HH:MM:ss", ignore: "pid,hostname", sync: true }),
  );
}

export interface BannerFacts {
  readonly entry: Pick<Entry, "localLinks" | "links">;
  readonly run: RunView;
  readonly folder: string;
  /** Which run goes on, or why none does. */
  readonly remark: string | null;
}

export function banner({ entry, run, folder, remark }: BannerFacts): string {
  const { control, lend } = entry.localLinks;
  const lines = [
    "",
    `  Convoy trains ${run.recipeTitle}${run.datasetWarning === null ? "" : `, but on ${run.datasetTitle}`}: ${run.parameterCount.toLocaleString("en-US")} parameters, ${run.steps.toLocaleString("en-US")} steps.`,
    ...(remark === null ? [] : [`  ${remark}`]),
    ...(run.exact ? ["  Exact: the same parameters and losses to the last bit, however many workers help."] : []),
    "",
    `  Watch the run       ${control}`,
    `  Lend this device    ${lend[0]}   (open it in as many tabs as you like)`,
    `  Data of this run    ${folder}`,
    "",
    ...(entry.links === null ? [] : invitation(entry.links)),
    "  Ctrl+C saves the run and ends; the next start goes on with it.",
    "",
  ];
  return lines.join("\n");
}

function invitation({ lend, watch, control, remark }: EntryLinks): string[] {
  const [first = "", ...others] = lend;
  return [
    "  For other devices on your network:",
    `  Lend a device       ${first}`,
    ...others.map((link) => `                 or   ${link}`),
    `  Watch the run       ${watch}`,
    `  Control the run     ${control}   (keep this one to yourself)`,
    ...(remark === null ? [] : [`  ${remark}`]),
    "",
  ];
}

/** Impossible to overlook, also without colour. */
export function warningBox(sentence: string): string {
  const rule = "!".repeat(78);
  const words = sentence.split(" ");
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line.length + word.length > 72) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return ["", rule, ...lines.map((text) => `!! ${text}`), rule, ""].join("\n");
}

export function progressLine(run: RunView): string {
  const loss = run.loss === null ? "" : ` Loss ${run.loss.toFixed(4)}${run.exact ? ", exact" : ""}.`;
  const speed =
    run.samplesPerSecond > 0 ? ` ${Math.round(run.samplesPerSecond).toLocaleString("en-US")} samples/s.` : "";
  const active = run.workerCounts.ready + run.workerCounts.working;
  return `${run.sentence}${loss}${speed} ${active} ${active === 1 ? "worker" : "workers"}.`;
}
