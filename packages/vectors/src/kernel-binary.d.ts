/** What `npm run build` makes of `kernels/`: a WebAssembly SIMD module. */
export const kernels: Uint8Array;
