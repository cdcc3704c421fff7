/** The forms in which a run's network leaves, with what each says about where it comes from. */
import type { RunSettings } from "@convoy/coordination";
import { type FileContent, type LayersModel, writeLayersModel, writeOnnx, writeSafetensors } from "@convoy/model-files";

/** A run's network after a step. Nobody writes to the parameters. */
export interface ModelSnapshot {
  readonly settings: Pick<RunSettings, "run" | "recipe" | "seed" | "startedFrom">;
  readonly parameters: Float32Array;
  readonly step: number;
}

export function safetensorsOf(snapshot: ModelSnapshot): FileContent {
  return writeSafetensors(snapshot.settings.recipe.model, snapshot.parameters, metadataOf(snapshot));
}

export function onnxOf(snapshot: ModelSnapshot): FileContent {
  return writeOnnx(snapshot.settings.recipe, snapshot.parameters, metadataOf(snapshot));
}

/** Only where there is no `layersModelObjection`. */
export function layersModelOf(snapshot: ModelSnapshot, weightsFile: string): LayersModel {
  return writeLayersModel(snapshot.settings.recipe, snapshot.parameters, weightsFile, metadataOf(snapshot));
}

function metadataOf({ settings: { run, recipe, seed, startedFrom }, step }: ModelSnapshot): Record<string, string> {
  const start = startedFrom === undefined ? {} : { startedFrom: startedFrom.file };
  return { run, recipe: recipe.name, seed: String(seed), step: String(step), ...start };
}
