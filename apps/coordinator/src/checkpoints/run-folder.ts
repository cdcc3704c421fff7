import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunSettings } from "@convoy/coordination";
import { type ParameterLayout, parameterLayout } from "@convoy/models";
import type { EpochPoint, LossPoint } from "@convoy/protocol";
import { writeAtomically } from "../write-atomically.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** Everything that a run leaves on the disk, in a folder of its own. */
export class RunFolder {
  readonly path: string;
  readonly #settings: RunSettings;
  readonly #layout: ParameterLayout;
  readonly #losses: WriteStream;
  readonly #epochs: WriteStream;

  private constructor(path: string, settings: RunSettings, onError: (error: Error) => void) {
    this.path = path;
    this.#settings = settings;
    this.#layout = parameterLayout(settings.recipe.model);
    this.#losses = openTable(join(path, "losses.csv"), "step,loss", onError);
    this.#epochs = openTable(
      join(path, "epochs.csv"),
      "epoch,step,loss,training_accuracy,test_loss,test_accuracy,duration_ms",
      onError,
    );
  }

  /** Makes the folder. `onError` hears of a disk that fails later; the run goes on without the table. */
  static async create(dataDir: string, settings: RunSettings, onError: (error: Error) => void): Promise<RunFolder> {
    const path = join(dataDir, "runs", settings.run);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "run.json"), `${JSON.stringify(settings, null, 2)}\n`);
    return new RunFolder(path, settings, onError);
  }

  addLoss({ step, loss }: LossPoint): void {
    this.#losses.write(`${step},${loss}\n`);
  }

  addEpoch(point: EpochPoint): void {
    const { epoch, step, loss, trainingAccuracy, testLoss, testAccuracy, durationMs } = point;
    this.#epochs.write(
      `${[epoch, step, loss, trainingAccuracy, testLoss, testAccuracy, Math.round(durationMs)].join(",")}\n`,
    );
  }

  /** The parameters as a safetensors file in memory. */
  encode(parameters: Float32Array, step: number): Uint8Array {
    const { run, recipe, seed } = this.#settings;
    return encodeSafetensors(this.#layout, parameters, {
      run,
      recipe: recipe.name,
      seed: String(seed),
      step: String(step),
    });
  }

  /** Writes a file whole or not at all. Returns its path. */
  async save(name: string, parameters: Float32Array, step: number): Promise<string> {
    const file = `${name}.safetensors`;
    await writeAtomically(this.path, file, this.encode(parameters, step));
    return join(this.path, file);
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.#losses, this.#epochs].map((stream) => new Promise<void>((resolve) => stream.end(resolve))),
    );
  }
}

function openTable(path: string, header: string, onError: (error: Error) => void): WriteStream {
  const stream = createWriteStream(path);
  stream.on("error", onError);
  stream.write(`${header}\n`);
  return stream;
}
