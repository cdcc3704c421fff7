/** What `npm run build` makes of `kernels/`: two builds of the same sources, in base64. */

/** WebAssembly SIMD. */
export const simd: string;
/** With fused multiply-add, where the runtime has relaxed SIMD. */
export const relaxedSimd: string;
