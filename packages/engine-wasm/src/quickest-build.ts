import { compileKernels, hasRelaxedSimd, instantiate, type KernelBuild } from "./kernels.ts";

/** A dense layer that stays in the cache: 2 · 32 · 256 · 128 floating-point operations. */
const [SAMPLES, INPUTS, OUTPUTS] = [32, 256, 128] as const;
const CALLS = 8;
const ROUNDS = 9;
const PAGES = 16;

let chosen: Promise<KernelBuild> | undefined;

/**
 * The build that multiplies quicker on this processor, measured once in a thread, in a few milliseconds. Fusing a
 * multiplication with an addition halves the instructions; but some processors do as many separate ones at a time, and
 * sooner.
 */
export function quickestBuild(): Promise<KernelBuild> {
  chosen ??= measure();
  return chosen;
}

async function measure(): Promise<KernelBuild> {
  if (!hasRelaxedSimd()) return "simd";
  const [simd, relaxed] = [await prepare("simd"), await prepare("relaxed-simd")];
  const ms = { simd: Number.POSITIVE_INFINITY, relaxed: Number.POSITIVE_INFINITY };
  // In turns, so that a processor that speeds up or is disturbed does neither a favour.
  for (let round = 0; round < ROUNDS; round++) {
    ms.simd = Math.min(ms.simd, simd());
    ms.relaxed = Math.min(ms.relaxed, relaxed());
  }
  return ms.relaxed < ms.simd ? "relaxed-simd" : "simd";
}

/** A function that says how long a few calls took. */
async function prepare(build: KernelBuild): Promise<() => number> {
  const { module } = await compileKernels(build);
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const kernels = await instantiate(module, memory);
  const [input, weights, bias, output, scratch] = [256, 65_536, 262_144, 327_680, 393_216] as const;
  return () => {
    const startedAt = performance.now();
    for (let call = 0; call < CALLS; call++) {
      kernels.dense(input, weights, bias, output, SAMPLES, INPUTS, OUTPUTS, 1, scratch);
    }
    return performance.now() - startedAt;
  };
}
