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
export { extremePool, extremePoolGradient } from "./extreme-pool.ts";
export { loss } from "./loss.ts";
export { meanPool, meanPoolGradient } from "./mean-pool.ts";
export { normalize, normalizeGradient } from "./normalization.ts";
export { normalizePixels, resamplePixels } from "./preprocess.ts";
