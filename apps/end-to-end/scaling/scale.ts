/**
 * `npm run bench:scale`: does another worker help? The real coordinator and the real workers over emulated links, around
 * engines that sleep. `--strategy`, `--local-steps` and `--codec` go to the coordinator; `--virtual` leaves the time out
 * that processors take; `--only lan` (wifi, home, alexnet) takes one setting alone.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import type { ExchangeView } from "@convoy/protocol";
import { type Bar, reportBars } from "../reliability/bars.ts";

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));

interface Setting {
  readonly key: string;
  readonly title: string;
  readonly workers: number;
  readonly link: readonly string[];
  /** More for the run, and for its coordinator. */
  readonly run?: readonly string[];
  readonly coordinator?: readonly string[];
  readonly must: number;
  readonly aim: number;
}

const lan = ["--delay", "1", "--up", "100", "--down", "100"];
const home = ["--delay", "30", "--up", "20", "--down", "100"];
const settings: readonly Setting[] = [
  { key: "lan", title: "LeNet-5 on a LAN", workers: 8, link: lan, must: 6, aim: 7.5 },
  {
    key: "wifi",
    title: "LeNet-5 on one Wi-Fi",
    workers: 30,
    link: ["--delay", "5", "--shared", "300"],
    must: 15,
    aim: 27,
  },
  { key: "home", title: "LeNet-5 at home", workers: 8, link: home, must: 5, aim: 7.5 },
  {
    key: "alexnet",
    title: "AlexNet-224 at home",
    workers: 8,
    link: home,
    // A round takes minutes, and eight workers with vectors of full length more memory than many a machine has.
    run: ["--virtual", "--shrink", "256", "--step-ms", "100", "--warm-up", "1500", "--seconds", "3000"],
    coordinator: ["--recipe", "alexnet-cifar10"],
    must: 4,
    aim: 7,
  },
];

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    virtual: { type: "boolean", default: false },
    seconds: { type: "string", default: "10" },
    strategy: { type: "string", default: "sync" },
    "local-steps": { type: "string" },
    codec: { type: "string" },
    json: { type: "string" },
  },
});
const passedOn = (["strategy", "local-steps", "codec"] as const).flatMap((name) =>
  values[name] === undefined ? [] : [`--${name}`, values[name]],
);
const wanted = settings.filter(({ key }) => values.only === undefined || key === values.only);
if (wanted.length === 0) throw new Error(`--only must be one of ${settings.map(({ key }) => key).join(", ")}.`);
reportBars(wanted.flatMap(measure), values.json);

interface Figures {
  readonly samplesPerSecond: number;
  readonly stepsPerSecond: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly processorShare: number;
  readonly exchange: ExchangeView | null;
}

function measure(setting: Setting): Bar[] {
  const { key, title, workers, must, aim } = setting;
  const crew = (count: number, ...more: string[]) => run(setting, ["--workers", String(count), ...more]);
  const one = crew(1);
  const all = crew(workers);
  const bars = [
    shown(`${title}, 1 worker`, one.samplesPerSecond, "samples/s"),
    shown(`${title}, ${workers} workers`, all.samplesPerSecond, "samples/s"),
    ratio(`${title}, ${workers} workers : 1`, all, one, must, aim),
  ];
  if (key === "alexnet") return bars;
  const fresh = [crew(1, "--first-epoch"), crew(workers, "--first-epoch")] as const;
  bars.push(ratio(`${title}, ${workers} workers : 1, first epoch`, fresh[1], fresh[0], null, null));
  if (key !== "lan") return bars;
  const seven = crew(7);
  const joined = crew(7, "--joined-by", "10");
  bars.push(ratio(`${title}, one ten times slower joins seven : the seven`, joined, seven, 1, 1.05));
  return bars;
}

function run({ link, run = [], coordinator = [] }: Setting, crew: readonly string[]): Figures {
  const program = ["scripts/run-source.mjs", "apps/coordinator/scaling/run-over-links.ts"];
  const virtual = values.virtual ? ["--virtual"] : [];
  const options = ["--seconds", values.seconds, ...link, ...virtual, ...run, ...crew];
  const args = [...program, ...options, "--", ...coordinator, ...passedOn];
  const output = execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  const figures = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Figures;
  const { samplesPerSecond, stepsPerSecond, upBytes, downBytes, processorShare, exchange } = figures;
  process.stdout.write(
    `${options.join(" ")}: ${samplesPerSecond.toFixed(1)} samples/s, ${stepsPerSecond.toFixed(4)} steps/s, ` +
      `${megabytes(upBytes)} up and ${megabytes(downBytes)} down a step, ${(100 * processorShare).toFixed(0)} % of a core\n`,
  );
  if (exchange !== null) process.stdout.write(`  ${expectation(exchange)}\n`);
  return figures;
}

function expectation({ codec, localSteps, samplesPerSecond }: ExchangeView): string {
  return `the cost model has ${localSteps} steps and ${codec}, and expects ${samplesPerSecond.toFixed(1)} samples/s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function shown(name: string, value: number, unit: string): Bar {
  return { name, value, unit, limit: "at least", must: null, aim: null };
}

function ratio(name: string, of: Figures, to: Figures, must: number | null, aim: number | null): Bar {
  return { name, value: of.samplesPerSecond / to.samplesPerSecond, unit: "×", limit: "at least", must, aim };
}
