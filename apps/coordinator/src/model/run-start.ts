/** `--from`: the parameters that a new run starts from, instead of random ones. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { RunSettings } from "@convoy/coordination";
import { ModelFileError, readSafetensors } from "@convoy/model-files";
import { parameterLayout, type Recipe } from "@convoy/models";
import { StartError } from "../start-error.ts";

export interface RunStart {
  /** The flat vector. */
  readonly parameters: Float32Array;
  readonly file: NonNullable<RunSettings["startedFrom"]>;
}

/** Beside double precision of every parameter: a header, and metadata of any use. */
const ROOM_BYTES = 16 * 1024 * 1024;

/** Reads a safetensors file for a recipe. A StartError that names the tensor and what was expected of it. */
export async function readRunStart(path: string, { title, model }: Recipe): Promise<RunStart> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new StartError(`There is no file ${path}, which --from names.`);
  const most = 8 * parameterLayout(model).length + ROOM_BYTES;
  if (!found.isFile() || found.size > most) {
    const what = found.isFile() ? `has ${found.size} bytes, and ${most} are the most` : "is no file";
    throw new StartError(`${path} ${what}, so ${title} cannot start from it.`);
  }
  try {
    const bytes = await readFile(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { parameters: readSafetensors(bytes, model), file: { file: basename(path), sha256 } };
  } catch (error) {
    if (error instanceof ModelFileError) {
      throw new StartError(`${title} cannot start from ${path}: it ${error.message}.`);
    }
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new StartError(`${path}, which --from names, cannot be read: ${(error as Error).message}.`);
  }
}
