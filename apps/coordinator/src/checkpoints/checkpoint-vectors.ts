/**
 * The file with a checkpoint's vectors: the parameters; the optimizer's state under the prefix "optimizer."; and where those are
 * what workers hold, the coordinator's own under "master.".
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { LENGTH_BYTES } from "@convoy/model-files";
import type { ParameterLayout } from "@convoy/models";
import { isFiniteVector } from "@convoy/vectors";
import type { WrittenFile } from "./large-files.ts";
import { describesVectors, safetensorsParts } from "./safetensors.ts";

const PIECE_BYTES = 8 * 1024 * 1024;

export interface CheckpointVectors {
  readonly parameters: Float32Array;
  /** By name; each has the layout of the parameters. */
  readonly optimizerState: ReadonlyMap<string, Float32Array>;
  /** The coordinator's own parameters, where workers are sent encoded changes; else null. */
  readonly master: Float32Array | null;
}

/** Which vectors a run keeps besides its parameters. */
export interface KeptVectors {
  readonly stateNames: readonly string[];
  readonly hasMaster: boolean;
}

const MASTER_PREFIX = "master.";

export function partsOfVectors(
  layout: ParameterLayout,
  { parameters, optimizerState, master }: CheckpointVectors,
  metadata: Record<string, string>,
): Uint8Array[] {
  const state = [...optimizerState].map(([name, vector]) => [prefixOf(name), vector] as const);
  const own = master === null ? [] : [[MASTER_PREFIX, master] as const];
  return safetensorsParts(layout, new Map([["", parameters], ...state, ...own]), metadata);
}

const prefixOf = (stateName: string) => `optimizer.${stateName}.`;

/**
 * Reads the vectors and checks the file against what was written: length, hash, the tensors it should have, and that
 * every value is a number. Throws an Error whose message goes on after "it cannot be used: ".
 */
export async function readVectors(
  path: string,
  written: WrittenFile,
  layout: ParameterLayout,
  { stateNames, hasMaster }: KeptVectors,
): Promise<CheckpointVectors> {
  const file = await open(path).catch(() => null);
  if (file === null) throw new Error("the file of its vectors is missing or cannot be read");
  try {
    const { size } = await file.stat();
    if (size !== written.bytes) throw new Error(`the file of its vectors has ${size} bytes, not ${written.bytes}`);
    if ((await hashOf(file, size)) !== written.sha256) {
      throw new Error("the file of its vectors is damaged: it is not what it was written as");
    }
    const prefixes = ["", ...stateNames.map(prefixOf), ...(hasMaster ? [MASTER_PREFIX] : [])];
    const vectors = await readTensors(file, size, layout, prefixes);
    if (!vectors.every(isFiniteVector)) throw new Error("its vectors have values that are not numbers");
    const [parameters, ...state] = vectors as [Float32Array, ...Float32Array[]];
    return {
      parameters,
      optimizerState: new Map(stateNames.map((name, i) => [name, state[i] as Float32Array])),
      master: hasMaster ? (state.at(-1) as Float32Array) : null,
    };
  } finally {
    await file.close();
  }
}

async function hashOf(file: FileHandle, size: number): Promise<string> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE_BYTES);
  for (let place = 0; place < size; place += PIECE_BYTES) {
    const bytes = piece.subarray(0, Math.min(PIECE_BYTES, size - place));
    await fill(file, bytes, place);
    hash.update(bytes);
  }
  return hash.digest("hex");
}

async function readTensors(
  file: FileHandle,
  size: number,
  layout: ParameterLayout,
  prefixes: readonly string[],
): Promise<Float32Array[]> {
  const foreign = new Error("the file of its vectors holds others than this run has");
  const length = new Uint8Array(LENGTH_BYTES);
  await fill(file, length, 0);
  const headerLength = size - LENGTH_BYTES - 4 * layout.length * prefixes.length;
  if (new DataView(length.buffer).getBigUint64(0, true) !== BigInt(headerLength)) throw foreign;
  const header = new Uint8Array(headerLength);
  await fill(file, header, LENGTH_BYTES);
  if (!describesVectors(new TextDecoder().decode(header), layout, prefixes)) throw foreign;
  const vectors = prefixes.map(() => new Float32Array(layout.length));
  for (const [index, vector] of vectors.entries()) {
    await fill(file, new Uint8Array(vector.buffer), LENGTH_BYTES + headerLength + 4 * layout.length * index);
  }
  return vectors;
}

async function fill(file: FileHandle, bytes: Uint8Array, place: number): Promise<void> {
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, place + filled);
    if (bytesRead === 0) throw new Error("the file of its vectors ends too early");
    filled += bytesRead;
  }
}
