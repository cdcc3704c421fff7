export {
  convolution,
  convolutionParameterGradient,
  packFilters,
  packTurnedFilters,
  placeImage,
} from "./convolution.ts";
export { dense, denseInputGradient, denseParameterGradient } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { activate, multiplyBySlope } from "./elements.ts";
export { loss } from "./loss.ts";
export { normalize, normalizeGradient } from "./normalization.ts";
export {
  adaptiveAveragePool,
  adaptiveAveragePoolGradient,
  averagePool,
  averagePoolGradient,
  extremePool,
  extremePoolGradient,
} from "./pool.ts";
export { normalizePixels, resamplePixels } from "./preprocess.ts";
