import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunPosition, RunSettings } from "@convoy/coordination";
import type { EpochPoint, LossPoint } from "@convoy/protocol";
import { safetensorsOf } from "../model/model-formats.ts";
import { sweepTemporaries, writeAtomically } from "../write-atomically.ts";
import { type Checkpoint, CheckpointStore } from "./checkpoint-store.ts";
import type { DatasetIdentity } from "./dataset-identity.ts";
import { HistoryTable } from "./history-table.ts";
import type { LargeFiles } from "./large-files.ts";

const tables = {
  losses: { file: "losses.csv", header: "step,loss" },
  epochs: { file: "epochs.csv", header: "epoch,step,loss,training_accuracy,test_loss,test_accuracy,duration_ms" },
};

export interface SavedHistory {
  readonly losses: readonly LossPoint[];
  readonly epochs: readonly EpochPoint[];
}

export interface RunFolderFacts {
  readonly path: string;
  readonly settings: RunSettings;
  readonly dataset: DatasetIdentity;
  readonly files: LargeFiles;
  /** Hears of a disk that fails later; the run goes on, and what was refused is written when the disk works again. */
  onError(error: Error): void;
}

/** Everything that a run leaves on the disk, in a folder of its own. */
export class RunFolder {
  readonly path: string;
  readonly #settings: RunSettings;
  readonly #files: LargeFiles;
  readonly #checkpoints: CheckpointStore;
  readonly #losses: HistoryTable;
  readonly #epochs: HistoryTable;

  private constructor(
    { path, settings, files }: RunFolderFacts,
    checkpoints: CheckpointStore,
    losses: HistoryTable,
    epochs: HistoryTable,
  ) {
    this.path = path;
    this.#settings = settings;
    this.#files = files;
    this.#checkpoints = checkpoints;
    this.#losses = losses;
    this.#epochs = epochs;
  }

  /** Makes the folder of a new run. */
  static async create(facts: RunFolderFacts): Promise<RunFolder> {
    const { path, settings, onError } = facts;
    await mkdir(path, { recursive: true });
    await writeAtomically(path, "run.json", Buffer.from(`${JSON.stringify(settings, null, 2)}\n`));
    const create = ({ file, header }: typeof tables.losses) => HistoryTable.create(join(path, file), header, onError);
    return new RunFolder(facts, await openCheckpoints(facts), create(tables.losses), create(tables.epochs));
  }

  /**
   * Opens the folder of a run that goes on from a position: what its tables say of later steps and epochs is cut off,
   * and what they say of earlier ones is returned.
   */
  static async reopen(
    facts: RunFolderFacts,
    { step, epoch }: RunPosition,
  ): Promise<{ folder: RunFolder; history: SavedHistory }> {
    const { path, onError } = facts;
    await sweepTemporaries(path);
    const reopen = ({ file, header }: typeof tables.losses, last: number) =>
      HistoryTable.reopen(join(path, file), header, last, onError);
    const losses = await reopen(tables.losses, step);
    const epochs = await reopen(tables.epochs, epoch.epoch);
    const folder = new RunFolder(facts, await openCheckpoints(facts), losses.table, epochs.table);
    return { folder, history: { losses: losses.rows.map(lossOf), epochs: epochs.rows.map(epochOf) } };
  }

  addLoss({ step, loss }: LossPoint): void {
    this.#losses.add(`${step},${loss}`);
  }

  addEpoch(point: EpochPoint): void {
    const { epoch, step, loss, trainingAccuracy, testLoss, testAccuracy, durationMs } = point;
    // Who reads one table finds the other as far.
    this.#losses.flush();
    this.#epochs.add([epoch, step, loss, trainingAccuracy, testLoss, testAccuracy, Math.round(durationMs)].join(","));
  }

  /** Writes the parameters to a safetensors file of that name, whole or not at all. Returns its path. */
  async saveParameters(name: string, parameters: Float32Array, step: number): Promise<string> {
    const file = `${name}.safetensors`;
    const content = safetensorsOf({ settings: this.#settings, parameters, step });
    await this.#files.write(this.path, file, content.pieces());
    return join(this.path, file);
  }

  /** From here the run can go on, with its tables as they are now. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return this.#checkpoints.write(checkpoint, async () => {
      await Promise.all([this.#losses.sync(), this.#epochs.sync()]);
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#losses.close(), this.#epochs.close()]);
  }
}

export function checkpointsOf(runPath: string): string {
  return join(runPath, "checkpoints");
}

function openCheckpoints({ path, files, settings, dataset }: RunFolderFacts): Promise<CheckpointStore> {
  return CheckpointStore.open(checkpointsOf(path), files, settings, dataset);
}

function lossOf(row: readonly string[]): LossPoint {
  const [step, loss] = row.map(Number) as [number, number];
  return { step, loss };
}

function epochOf(row: readonly string[]): EpochPoint {
  const numbers = row.map(Number) as [number, number, number, number, number, number, number];
  const [epoch, step, loss, trainingAccuracy, testLoss, testAccuracy, durationMs] = numbers;
  return { epoch, step, loss, trainingAccuracy, testLoss, testAccuracy, durationMs };
}
