/** What the person at the terminal sees. */
import type { RunView } from "@convoy/protocol";
import pino, { type Logger } from "pino";
import pretty from "pino-pretty";

export function createLog(): Logger {
  return pino(
    { base: null },
    pretty({ colorize: process.stdout.isTTY, translateTime: "HH:MM:ss", ignore: "pid,hostname", sync: true }),
  );
}

export interface BannerFacts {
  readonly url: string;
  readonly run: RunView;
  readonly folder: string;
}

export function banner({ url, run, folder }: BannerFacts): string {
  const lines = [
    "",
    `  Convoy trains ${run.recipeTitle}${run.datasetWarning === null ? "" : `, but on ${run.datasetTitle}`}: ${run.parameterCount.toLocaleString("en-US")} parameters, ${run.steps.toLocaleString("en-US")} steps.`,
    "",
    `  Watch the run       ${url}/`,
    `  Lend this device    ${url}/worker/   (open it in as many tabs as you like)`,
    `  Data of this run    ${folder}`,
    "",
    "  Ctrl+C saves the parameters and ends.",
    "",
  ];
  return lines.join("\n");
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
  const loss = run.loss === null ? "" : ` Loss ${run.loss.toFixed(4)}.`;
  const speed =
    run.samplesPerSecond > 0 ? ` ${Math.round(run.samplesPerSecond).toLocaleString("en-US")} samples/s.` : "";
  const active = run.workerCounts.ready + run.workerCounts.working;
  return `${run.sentence}${loss}${speed} ${active} ${active === 1 ? "worker" : "workers"}.`;
}
