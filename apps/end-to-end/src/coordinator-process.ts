/** The built coordinator and headless worker as processes, the way a person starts them. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunView } from "@convoy/protocol";
import { keepDigits, takeOverDigits } from "./drawn-digits.ts";

/** From the sources as from the bundles of this package's programs. */
const apps = import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("end-to-end"));
const programs = {
  coordinator: path.join(apps, "coordinator/dist/main.js"),
  headlessWorker: path.join(apps, "headless-worker/dist/main.js"),
};

const builtInDigits = ["--dataset", "built-in-digits"];

interface ProcessOptions {
  readonly nodeOptions?: readonly string[];
  /** An earlier coordinator's; a new one without it. */
  readonly dataDir?: string;
  /** Options that say what it trains on; the built-in digits without them. */
  readonly dataset?: readonly string[];
  /** A dataset may have to be downloaded, and a large network's parameters to be drawn. */
  readonly startMs?: number;
}

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** It ended by itself; the message is the last that it said. */
export class CoordinatorEnded extends Error {
  constructor(output: string) {
    super(`The coordinator ended:\n${output.slice(-2000).trimEnd()}`);
  }
}

export class CoordinatorProcess {
  readonly url: string;
  readonly dataDir: string;
  /** What it has written so far. */
  readonly output: () => string;
  readonly #child: ChildProcess;

  private constructor(url: string, dataDir: string, child: ChildProcess, output: () => string) {
    this.url = url;
    this.dataDir = dataDir;
    this.#child = child;
    this.output = output;
  }

  /** Starts on a free port, unless the arguments name one. */
  static async start(args: readonly string[], options: ProcessOptions = {}): Promise<CoordinatorProcess> {
    const { nodeOptions = [], dataDir = makeDataDir(), dataset = builtInDigits, startMs } = options;
    const fixed = ["--port", "0", "--data-dir", dataDir, ...strategyOf(args)];
    const child = startProgram("coordinator", [...fixed, ...dataset, ...args], nodeOptions);
    const output = collect(child);
    const find = () => {
      if (hasEnded(child)) throw new CoordinatorEnded(output());
      return /Watch the run\s+(http:\/\/[^/\s]+)\//.exec(output())?.[1];
    };
    const url = await until("the coordinator's link", find, startMs);
    keepDigits(dataDir);
    return new CoordinatorProcess(url, dataDir, child, output);
  }

  get hasEnded(): boolean {
    return hasEnded(this.#child);
  }

  /** Bytes on the sockets of workers and viewers, since it started. */
  async traffic(): Promise<Traffic> {
    return (await fetch(`${this.url}/api/run/traffic`)).json() as Promise<Traffic>;
  }

  async run(): Promise<RunView> {
    return (await fetch(`${this.url}/api/run`)).json() as Promise<RunView>;
  }

  /** Waits until the run is as wished, and returns it. */
  async runUntil(what: string, isSo: (run: RunView) => boolean, timeoutMs = 120_000): Promise<RunView> {
    try {
      return await until(
        what,
        async () => {
          const run = await this.run();
          return isSo(run) ? run : undefined;
        },
        timeoutMs,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message} The run: ${JSON.stringify(await this.run())}\n${this.output()}`);
    }
  }

  async parameters(): Promise<Uint8Array> {
    return new Uint8Array(await (await fetch(`${this.url}/api/run/parameters.safetensors`)).arrayBuffer());
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** The folder of the run, where there is only one. */
  get runFolder(): string {
    const runs = path.join(this.dataDir, "runs");
    return path.join(runs, readdirSync(runs)[0] as string);
  }

  /** A file of the run's folder. */
  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(path.join(this.runFolder, name)));
  }

  /** The processes it has started. */
  localWorkers(): number[] {
    return execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(programs.headlessWorker))
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid, parent]) => (pid !== undefined && parent === this.#child.pid ? [pid] : []));
  }

  /**
   * Sends the signals right after each other, and waits for the end. Returns the exit code, null when a signal itself was
   * the end.
   */
  async end(...signals: NodeJS.Signals[]): Promise<number | null> {
    for (const signal of signals) {
      this.#child.kill(signal);
      // Two of a kind that wait together would arrive as one.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (!this.hasEnded) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  async stop(): Promise<number | null> {
    await this.end("SIGINT");
    rmSync(this.dataDir, { recursive: true, force: true });
    return this.#child.exitCode;
  }
}

/** Most of what is checked here is checked batch by batch. Whoever means what a person gets says `--strategy local`. */
function strategyOf(args: readonly string[]): string[] {
  return args.includes("--strategy") || args.includes("--resume") ? [] : ["--strategy", "sync"];
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export function makeDataDir(): string {
  const dataDir = mkdtempSync(path.join(tmpdir(), "convoy-end-to-end-"));
  takeOverDigits(dataDir);
  return dataDir;
}

export function startHeadlessWorker(url: string, name: string, args: readonly string[] = ["--quiet"]): ChildProcess {
  return startProgram("headlessWorker", ["--url", url, "--name", name, ...args]);
}

/** Runs the coordinator to its end and returns what it said. It is interrupted the moment that it says `interruptAt`. */
export async function runCoordinator(
  args: readonly string[],
  interruptAt: string | null = null,
): Promise<{ code: number | null; output: string }> {
  const child = startProgram("coordinator", args);
  const output = collect(child);
  const interrupt = () => {
    if (interruptAt === null || !output().includes(interruptAt)) return;
    child.kill("SIGINT");
    child.stdout?.off("data", interrupt);
  };
  child.stdout?.on("data", interrupt);
  await once(child, "exit");
  return { code: child.exitCode, output: output() };
}

/** Builds one app alone, for programs that are not started by `npm test`. */
export function bundleApp(app: "coordinator" | "headless-worker"): void {
  execFileSync(process.execPath, [path.join(apps, app, `build/build-${app}.mjs`)], { stdio: "inherit" });
}

function startProgram(
  program: keyof typeof programs,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): ChildProcess {
  // What the tests' own environment sets is not for the program under test.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CONVOY_")));
  return spawn(process.execPath, [...nodeOptions, programs[program], ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Characters; a run that goes on for an hour says a lot. */
const OUTPUT_KEPT = 200_000;

export function collect(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output = (output + String(chunk)).slice(-OUTPUT_KEPT);
    });
  }
  return () => output;
}

export async function until<Found>(
  what: string,
  look: () => Found | undefined | Promise<Found | undefined>,
  timeoutMs = 120_000,
): Promise<Found> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
}
