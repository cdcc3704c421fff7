/**
 * A TensorFlow.js LayersModel (tensorflow.org/js/guide/save_load): model.json with the topology as Keras has it, and
 * one file of weights. Both frameworks keep images and filters channels last, as Convoy does, so the weights are the
 * flat vector itself.
 */
import { assert } from "@convoy/foundation";
import { type ModelSpecification, type Preprocessing, parameterLayout } from "@convoy/models";
import { describeInput, OUTPUT_DESCRIPTION } from "../describe-input.ts";
import { bytesOf, type FileContent } from "../file-content.ts";
import { moduleNames } from "../pytorch-tensors.ts";
import { encodeJson } from "../text.ts";
import { kerasLayers } from "./keras-layers.ts";

export interface LayersModel {
  /** Names the file of the weights, which lies beside it. */
  readonly model: FileContent;
  readonly weights: FileContent;
}

/** Why a network cannot be a LayersModel: one sentence that names the layer. Null where it can. */
export function layersModelObjection(model: ModelSpecification): string | null {
  const layers = kerasLayers(model);
  return typeof layers === "string" ? layers : null;
}

/**
 * From preprocessed images (batch × height × width × channels) to logits (batch × classes). Only for a network that
 * there is no objection to. `parameters` is the flat vector, not to be written to while it is read; `weightsFile` the
 * name of the file of weights; `metadata` free text by name.
 */
export function writeLayersModel(
  { model, preprocessing }: { readonly model: ModelSpecification; readonly preprocessing: Preprocessing },
  parameters: Float32Array,
  weightsFile: string,
  metadata: Readonly<Record<string, string>>,
): LayersModel {
  assert(parameters.length === parameterLayout(model).length, "the vector has the layout's length");
  const layers = kerasLayers(model);
  assert(typeof layers !== "string", "there is no objection to the network");
  const input = describeInput(model, preprocessing, "batch × height × width × channels");
  const topology = { class_name: "Sequential", config: { name: model.name, layers } };
  const content = {
    format: "layers-model",
    generatedBy: "Convoy",
    convertedBy: null,
    modelTopology: { keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js", model_config: topology },
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecifications(model) }],
    userDefinedMetadata: { ...metadata, input, output: OUTPUT_DESCRIPTION, preprocessing },
  };
  const json = encodeJson(content);
  const weights = bytesOf(parameters);
  return {
    model: { byteLength: json.length, pieces: () => [json] },
    weights: { byteLength: weights.length, pieces: () => [weights] },
  };
}

function weightSpecifications(model: ModelSpecification) {
  const modules = moduleNames(model);
  return parameterLayout(model).entries.map(({ layer, role, shape }) => ({
    name: `${modules.get(layer)?.replace(".", "_")}/${role === "weights" ? "kernel" : "bias"}`,
    shape,
    dtype: "float32",
  }));
}
