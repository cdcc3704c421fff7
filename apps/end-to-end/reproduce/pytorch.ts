/** PyTorch's side of a reproduction: `packages/models/oracle/reproduce.py`, seed by seed, on the same recipe. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Recipe } from "@convoy/models";
import type * as z from "zod";
import { readJson, writeJson } from "./json-file.ts";
import { type Epoch, epochSchema, type Form, type TorchSeed, torchSeedSchema } from "./results.ts";

const PROGRAM = "packages/models/oracle/reproduce.py";

/** What the program says first. */
const greetingSchema = torchSeedSchema.pick({ version: true, threads: true, parts: true });

export interface TorchTraining {
  readonly recipe: Recipe;
  readonly form: Form;
  readonly seed: number;
  readonly datasetDir: string;
  readonly threads: number;
  /** Of this recipe and form; each seed has its files there. */
  readonly folder: string;
  readonly root: string;
}

/** A Python that has PyTorch, or why there is none. */
export function findTorch(): { readonly python: string } | { readonly missing: string } {
  const named = process.env.CONVOY_PYTHON;
  const candidates = named ? [named] : ["/usr/bin/python3", "python3"];
  for (const python of candidates) {
    try {
      execFileSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" });
      return { python };
    } catch {
      // The next one may have it.
    }
  }
  return { missing: `${candidates.join(" and ")} cannot import torch and numpy; CONVOY_PYTHON names another Python.` };
}

/** What an earlier call has finished; null where none has. */
export function keptTorchSeed(folder: string, seed: number): TorchSeed | null {
  return readJson(path.join(folder, `seed-${seed}.json`), torchSeedSchema);
}

/** Goes on where an earlier call was interrupted. Returns null when it is interrupted itself. */
export async function trainWithTorch(
  { recipe, form, seed, datasetDir, threads, folder, root }: TorchTraining,
  python: string,
  stop: AbortSignal,
): Promise<TorchSeed | null> {
  const kept = keptTorchSeed(folder, seed);
  if (kept !== null) return kept;
  const request = path.join(folder, `seed-${seed}-request.json`);
  const state = path.join(folder, `seed-${seed}.pt`);
  writeJson(request, { recipe, seed, ...form, datasetDir, threads, state });
  const child = spawn(python, [path.join(root, PROGRAM), request], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill();
  stop.addEventListener("abort", kill);
  let trouble = "";
  child.stderr.on("data", (chunk) => {
    trouble = `${trouble}${chunk}`.slice(-2000);
  });
  const ended = once(child, "close");
  let greeting: z.infer<typeof greetingSchema> | null = null;
  const epochs: Epoch[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (greeting === null) greeting = greetingSchema.parse(JSON.parse(line));
    else epochs.push(tell(epochSchema.parse(JSON.parse(line))));
  }
  await ended;
  stop.removeEventListener("abort", kill);
  if (stop.aborted) return null;
  if (child.exitCode !== 0 || greeting === null) throw new Error(`PyTorch's program has failed:\n${trouble}`);
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const result: TorchSeed = { seed, epochs, seconds, ...greeting };
  writeJson(path.join(folder, `seed-${seed}.json`), result);
  return result;
}

function tell(epoch: Epoch): Epoch {
  const loss = epoch.loss?.toFixed(4) ?? "no number";
  const accuracy = `${(100 * epoch.testAccuracy).toFixed(2)} % of the test set right`;
  process.stdout.write(`  PyTorch, epoch ${epoch.epoch}: loss ${loss}, ${accuracy}, ${epoch.seconds.toFixed(0)} s.\n`);
  return epoch;
}
