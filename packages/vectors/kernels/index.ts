export { adam, kerasAdam } from "./adam.ts";
export { checksum } from "./checksum.ts";
export { accumulate, add, finite, scale, squares } from "./elements.ts";
export { fp16Accumulate, fp16Decode, fp16Encode } from "./fp16.ts";
export { gather } from "./gather.ts";
export { int8Accumulate, int8Decode, int8Encode } from "./int8.ts";
export { momentum } from "./momentum.ts";
