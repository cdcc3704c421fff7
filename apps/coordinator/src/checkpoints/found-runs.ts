/** The runs in a data folder, and whether one of them is what is wanted now. */
import { readdir } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { RunSettings, Strategy } from "@convoy/coordination";
import type { Recipe } from "@convoy/models";
import type { CodecName } from "@convoy/protocol";
import type { CheckpointManifest } from "./checkpoint-manifest.ts";
import { readNewestManifest } from "./checkpoint-store.ts";
import { runPath, runsFolder } from "./data-folder.ts";
import type { DatasetIdentity } from "./dataset-identity.ts";
import { checkpointsOf } from "./run-folder.ts";

export interface FoundRun {
  readonly path: string;
  /** Of the newest checkpoint whose manifest can be read. */
  readonly manifest: CheckpointManifest;
}

/** What the next run is to be; null where anything will do. */
export interface RunWish {
  readonly recipe: Recipe;
  readonly dataset: DatasetIdentity;
  readonly exact: true | null;
  readonly strategy: Pick<Strategy, "type"> | null;
  readonly codec: CodecName | null;
  readonly seed: number | null;
  readonly epochs: number | null;
  /** The file that it is to start from. */
  readonly start: NonNullable<RunSettings["startedFrom"]> | null;
}

/** Hears, in a sentence, of a run that has left checkpoints none of which can be read. */
type OnUnreadable = (sentence: string) => void;

/** Every run that has left a checkpoint, the one that was saved last first. */
export async function findRuns(dataDir: string, onUnreadable: OnUnreadable): Promise<FoundRun[]> {
  const names = await readdir(runsFolder(dataDir)).catch(() => []);
  const found: FoundRun[] = [];
  for (const name of names) {
    const run = await findRun(dataDir, name, onUnreadable);
    if (run !== null) found.push(run);
  }
  return found.toSorted((a, b) => b.manifest.writtenAt.localeCompare(a.manifest.writtenAt));
}

/** Null when there is no such run, or none that has left a checkpoint that can be read. */
export async function findRun(dataDir: string, run: string, onUnreadable: OnUnreadable): Promise<FoundRun | null> {
  const path = runPath(dataDir, run);
  const { newest, damages } = await readNewestManifest(checkpointsOf(path), run);
  if (newest !== null) return { path, manifest: newest };
  if (damages[0] !== undefined) onUnreadable(`None of the checkpoints of the run ${run} can be read. ${damages[0]}`);
  return null;
}

/** Why this run is not the one that is wished for: a clause that begins with "its" or "it", or null. */
export function differenceFrom(wish: RunWish, { settings, dataset }: CheckpointManifest): string | null {
  const { recipe, seed, epochs, exact, strategy, codec, startedFrom } = settings;
  if (recipe.name !== wish.recipe.name) return `its recipe is ${recipe.name}, not ${wish.recipe.name}`;
  if (!isDeepStrictEqual(plain(recipe), plain(wish.recipe))) return `its recipe ${recipe.name} was another then`;
  if (dataset.name !== wish.dataset.name) return `it trains on ${settings.dataset.title}, not on ${wish.dataset.name}`;
  if (!isDeepStrictEqual(dataset, wish.dataset)) return `its ${settings.dataset.title} was another then`;
  if (wish.exact !== null && !exact) return "it is not exact";
  if (wish.strategy !== null && wish.strategy.type !== strategy.type) return `its strategy is ${strategy.type}`;
  if (wish.codec !== null && wish.codec !== codec) return `its codec is ${codec}`;
  if (wish.seed !== null && seed !== wish.seed) return `its seed is ${seed}, not ${wish.seed}`;
  if (wish.epochs !== null && epochs !== wish.epochs) return `it has ${epochs} epochs, not ${wish.epochs}`;
  if (wish.start !== null && wish.start.sha256 !== startedFrom?.sha256) {
    const other = startedFrom === undefined ? "its seed" : `a file ${startedFrom.file}`;
    return `it started from ${other}, not from this ${wish.start.file}`;
  }
  return null;
}

/** As it is kept: without fields that are left out. */
function plain(recipe: Recipe): unknown {
  return JSON.parse(JSON.stringify(recipe));
}
