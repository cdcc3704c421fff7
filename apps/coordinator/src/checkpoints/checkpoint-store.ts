/** The checkpoints of one run in a folder of their own: the last few, each a file of vectors and a manifest. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { appliedRecipe, contradictionIn, type RunPosition, type RunSettings } from "@convoy/coordination";
import { stateNamesOf } from "@convoy/gradients";
import { parameterLayout } from "@convoy/models";
import { sweepTemporaries, writeAtomically } from "../write-atomically.ts";
import { type CheckpointManifest, decodeManifest, encodeManifest } from "./checkpoint-manifest.ts";
import { type CheckpointVectors, partsOfVectors, readVectors } from "./checkpoint-vectors.ts";
import type { DatasetIdentity } from "./dataset-identity.ts";
import type { LargeFiles } from "./large-files.ts";

/** The newest is used; the others are for the day when it cannot be read. */
const KEPT = 3;

export interface Checkpoint extends CheckpointVectors {
  readonly position: RunPosition;
}

/** What the newest checkpoint that can be used says, and what is wrong with those that are newer. */
export interface Reading<Found> {
  readonly newest: Found | null;
  /** A sentence for each. */
  readonly damages: readonly string[];
}

export class CheckpointStore {
  readonly #folder: string;
  readonly #files: LargeFiles;
  readonly #settings: RunSettings;
  readonly #dataset: DatasetIdentity;
  #next: number;

  private constructor(
    folder: string,
    files: LargeFiles,
    settings: RunSettings,
    dataset: DatasetIdentity,
    next: number,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#settings = settings;
    this.#dataset = dataset;
    this.#next = next;
  }

  /** Opens the folder, which nobody else may write to, and sweeps up what interrupted writes have left. */
  static async open(
    folder: string,
    files: LargeFiles,
    settings: RunSettings,
    dataset: DatasetIdentity,
  ): Promise<CheckpointStore> {
    await mkdir(folder, { recursive: true });
    await sweepTemporaries(folder);
    const numbers = (await readdir(folder)).map((name) => numberOf(name) ?? 0);
    return new CheckpointStore(folder, files, settings, dataset, Math.max(0, ...numbers) + 1);
  }

  /**
   * Writes one more, and removes those that are too old. The vectors must not be written to meanwhile. `beforeManifest`
   * brings on to the disk what must be there when the checkpoint counts.
   */
  async write({ position, ...vectors }: Checkpoint, beforeManifest: () => Promise<void>): Promise<void> {
    const number = this.#next++;
    const { run, recipe } = this.#settings;
    const metadata = { run, recipe: recipe.name, step: String(position.step) };
    const parts = partsOfVectors(parameterLayout(recipe.model), vectors, metadata);
    const file = `${nameOf(number)}.safetensors`;
    const written = await this.#files.write(this.#folder, file, parts);
    await beforeManifest();
    const manifest = encodeManifest({ settings: this.#settings, position, dataset: this.#dataset, file, written });
    await writeAtomically(this.#folder, `${nameOf(number)}.json`, manifest);
    // Nothing follows a run that is finished; that it is, is all that is asked of its checkpoint.
    await this.#keep(position.ending?.control === "finished" ? 1 : KEPT);
  }

  /** Manifests first: one without its vectors would look like damage. */
  async #keep(count: number): Promise<void> {
    const names = await readdir(this.#folder);
    const oldest = manifestNumbers(names)[count - 1] ?? 0;
    const old = names.filter((name) => (numberOf(name) ?? oldest) < oldest);
    for (const name of old.toSorted((a, b) => Number(b.endsWith(".json")) - Number(a.endsWith(".json")))) {
      await rm(join(this.#folder, name), { force: true });
    }
  }
}

/** The newest manifest of a folder of checkpoints; what it describes has not been looked at. */
export async function readNewestManifest(folder: string, run: string): Promise<Reading<CheckpointManifest>> {
  return readNewest(folder, (name) => readManifest(folder, name, run));
}

/** The newest checkpoint of a folder that is whole, checked in every way there is. */
export async function readNewestCheckpoint(folder: string, run: string): Promise<Reading<Checkpoint>> {
  return readNewest(folder, async (name) => {
    const { position, settings, vectors } = await readManifest(folder, name, run);
    const contradiction = contradictionIn(settings, position);
    if (contradiction !== null) throw new Error(contradiction);
    const path = join(folder, vectors.file);
    const layout = parameterLayout(settings.recipe.model);
    const stateNames = stateNamesOf(appliedRecipe(settings.recipe, settings.strategy).optimizer);
    const kept = { stateNames, hasMaster: settings.downCodec !== "fp32" };
    return { position, ...(await readVectors(path, vectors, layout, kept)) };
  });
}

async function readNewest<Found>(folder: string, read: (name: string) => Promise<Found>): Promise<Reading<Found>> {
  const damages: string[] = [];
  for (const number of manifestNumbers(await readdir(folder).catch(() => []))) {
    const name = `${nameOf(number)}.json`;
    try {
      return { newest: await read(name), damages };
    } catch (error) {
      damages.push(`The checkpoint ${join(folder, name)} cannot be used: ${(error as Error).message}.`);
    }
  }
  return { newest: null, damages };
}

async function readManifest(folder: string, name: string, run: string): Promise<CheckpointManifest> {
  const manifest = decodeManifest(await readFile(join(folder, name), "utf8"));
  if (manifest.settings.run !== run) throw new Error(`it belongs to the run ${manifest.settings.run}`);
  if (manifest.vectors.file !== name.replace(/json$/, "safetensors")) throw new Error("it names another's vectors");
  return manifest;
}

function nameOf(number: number): string {
  return `checkpoint-${String(number).padStart(6, "0")}`;
}

function numberOf(name: string): number | null {
  const digits = /^checkpoint-(\d{6,12})\.(?:json|safetensors)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Newest first. */
function manifestNumbers(names: readonly string[]): number[] {
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => numberOf(name) ?? [])
    .toSorted((a, b) => b - a);
}
