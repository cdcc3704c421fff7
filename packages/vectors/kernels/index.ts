export { adam, kerasAdam } from "./adam.ts";
export { checksum } from "./checksum.ts";
export { add, finite, squares } from "./elements.ts";
export { momentum } from "./momentum.ts";
