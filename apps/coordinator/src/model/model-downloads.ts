/** What a viewer can download of a run's network: the newest parameters, made into a file piece by piece as it is sent. */
import { randomBytes } from "node:crypto";
import { type FileContent, layersModelObjection } from "@convoy/model-files";
import type { ModelFilesView } from "@convoy/protocol";
import { layersModelOf, type ModelSnapshot, onnxOf, safetensorsOf } from "./model-formats.ts";

export interface ModelDownload {
  readonly content: FileContent;
  /** What it is called on the disk of whoever downloads it. */
  readonly name: string;
  readonly type: string;
  /** Names these bytes: another step has another. */
  readonly etag: string;
}

/** Addresses under /api/run/. TensorFlow.js looks for the weights beside model.json. */
export const modelPaths = [
  "parameters.safetensors",
  "model.onnx",
  "layers-model/model.json",
  "layers-model/weights.bin",
] as const;
export type ModelPath = (typeof modelPaths)[number];

const BYTES = "application/octet-stream";

export class ModelDownloads {
  readonly #snapshot: () => ModelSnapshot;
  readonly #objection: string | null;
  /** A run that goes on after a crash takes some of its steps again, and not always to the same bits. */
  readonly #process = randomBytes(4).toString("hex");

  /** `snapshot`: the newest. */
  constructor(snapshot: () => ModelSnapshot) {
    this.#snapshot = snapshot;
    this.#objection = layersModelObjection(snapshot().settings.recipe.model);
  }

  /** The file, or a sentence that says why this network cannot be had so. */
  find(path: ModelPath): ModelDownload | string {
    const snapshot = this.#snapshot();
    const { settings, step } = snapshot;
    const etag = `"${settings.run}-${this.#process}-${step}"`;
    const name = `${settings.recipe.name}-step-${step}`;
    switch (path) {
      case "parameters.safetensors":
        return { content: safetensorsOf(snapshot), name: `${name}.safetensors`, type: BYTES, etag };
      case "model.onnx":
        return { content: onnxOf(snapshot), name: `${name}.onnx`, type: BYTES, etag };
      case "layers-model/model.json":
        if (this.#objection !== null) return this.#objection;
        return { content: this.#layersModel(snapshot).model, name: "model.json", type: "application/json", etag };
      case "layers-model/weights.bin":
        if (this.#objection !== null) return this.#objection;
        return { content: this.#layersModel(snapshot).weights, name: "weights.bin", type: BYTES, etag };
    }
  }

  list(): ModelFilesView {
    const described = (title: string, use: string, paths: readonly ModelPath[], objection: string | null = null) => ({
      title,
      use,
      objection,
      files: objection === null ? paths.map((path) => this.#describe(path)) : [],
    });
    return {
      formats: [
        described("safetensors", "For PyTorch, and for a later run to start from", ["parameters.safetensors"]),
        described("ONNX", "For ONNX Runtime and others that read it", ["model.onnx"]),
        described(
          "TensorFlow.js",
          "Two files that belong in one folder",
          ["layers-model/model.json", "layers-model/weights.bin"],
          this.#objection,
        ),
      ],
    };
  }

  #describe(path: ModelPath) {
    const { name, content } = this.find(path) as ModelDownload;
    return { path, name, bytes: content.byteLength };
  }

  #layersModel(snapshot: ModelSnapshot) {
    return layersModelOf(snapshot, "weights.bin");
  }
}
