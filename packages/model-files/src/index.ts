export { type FileContent, joinPieces } from "./file-content.ts";
export { ModelFileError } from "./model-file-error.ts";
export { writeOnnx } from "./onnx/write-onnx.ts";
export { readSafetensors } from "./safetensors/read-safetensors.ts";
export { encodeSafetensorsHeader, LENGTH_BYTES, type TensorHeader } from "./safetensors/safetensors-header.ts";
export { writeSafetensors } from "./safetensors/write-safetensors.ts";
export { type LayersModel, layersModelObjection, writeLayersModel } from "./tfjs/write-layers-model.ts";
