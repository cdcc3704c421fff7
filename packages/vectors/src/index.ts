export { checksum } from "./checksum.ts";
export { type StepKernel, type StepVectors, stepInBlocks } from "./step-in-blocks.ts";
