/** `--export`: the network that a run ends with, written to where its ending says in which form. */
import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { layersModelObjection } from "@convoy/model-files";
import type { Recipe } from "@convoy/models";
import type { LargeFiles } from "../checkpoints/large-files.ts";
import { StartError } from "../start-error.ts";
import { layersModelOf, type ModelSnapshot, onnxOf, safetensorsOf } from "./model-formats.ts";

export interface ExportTarget {
  readonly format: "safetensors" | "onnx" | "layers-model";
  readonly folder: string;
  /** Of the file, or of a LayersModel's topology. */
  readonly name: string;
}

/** Makes sure that the network can be written there when the run ends. A StartError where it cannot. */
export async function prepareExport(path: string, { title, model }: Recipe): Promise<ExportTarget> {
  const target = await targetOf(path);
  if (target.format === "layers-model") {
    const objection = layersModelObjection(model);
    if (objection !== null) throw new StartError(`${title} cannot be exported to ${path}: ${objection}`);
  }
  const isWritable = await access(target.folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable || !(await isFolder(target.folder))) {
    throw new StartError(`The folder ${target.folder}, which --export names, is not there or cannot be written to.`);
  }
  return target;
}

/** Writes the files, each whole or not at all, in place of older ones. Returns the path of the last. */
export async function writeExport(target: ExportTarget, snapshot: ModelSnapshot, files: LargeFiles): Promise<string> {
  const { format, folder, name } = target;
  if (format === "layers-model") {
    // First the weights: whoever finds the topology finds them too.
    const weightsFile = name === "model.json" ? "weights.bin" : `${basename(name, ".json")}.weights.bin`;
    const { model, weights } = layersModelOf(snapshot, weightsFile);
    await files.write(folder, weightsFile, weights.pieces());
    await files.write(folder, name, model.pieces());
  } else {
    const content = format === "onnx" ? onnxOf(snapshot) : safetensorsOf(snapshot);
    await files.write(folder, name, content.pieces());
  }
  return join(folder, name);
}

async function targetOf(path: string): Promise<ExportTarget> {
  const [folder, name] = [dirname(resolve(path)), basename(path)];
  if (/[/\\]$/.test(path) || (await isFolder(path))) {
    await mkdir(path, { recursive: true }).catch(() => {});
    return { format: "layers-model", folder: resolve(path), name: "model.json" };
  }
  if (name.endsWith(".safetensors")) return { format: "safetensors", folder, name };
  if (name.endsWith(".onnx")) return { format: "onnx", folder, name };
  if (name.endsWith(".json")) return { format: "layers-model", folder, name };
  throw new StartError(
    `Nobody knows in which form to export to ${path}: it must end in .safetensors, .onnx or, for TensorFlow.js, in .json or a slash.`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
