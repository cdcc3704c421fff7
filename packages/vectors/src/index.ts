export { checksum } from "./checksum.ts";
export { addVectors, isFiniteVector, normOf } from "./elements.ts";
export { type StepKernel, type StepVectors, stepInBlocks } from "./step-in-blocks.ts";
