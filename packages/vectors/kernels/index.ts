export { adam, kerasAdam } from "./adam.ts";
export { checksum } from "./checksum.ts";
export { momentum } from "./momentum.ts";
