import { createTfjsEngine, webgpuAvailability } from "@convoy/engine-tfjs";
import type { EngineCandidate } from "@convoy/worker";

/**
 * The engines of a browser, in order of preference; or the one that was asked for, without objections of taste.
 * TensorFlow.js loads its WASM files from the folder of this script.
 */
export function engineCandidates(forced: string | null): readonly EngineCandidate[] {
  const candidates: readonly EngineCandidate[] = [
    { name: "tfjs-webgpu", create: createTfjsEngine("webgpu"), unsuitable: () => webgpuObjection(forced !== null) },
    {
      name: "tfjs-wasm",
      create: createTfjsEngine("wasm", { wasmPaths: new URL("./", self.location.href).href }),
      sameEverywhere: true,
    },
    { name: "tfjs-cpu", create: createTfjsEngine("cpu"), sameEverywhere: true },
  ];
  return forced === null ? candidates : candidates.filter((candidate) => candidate.name === forced);
}

/** WASM is several times quicker than a GPU that the processor only imitates. */
async function webgpuObjection(softwareIsFine: boolean): Promise<string | null> {
  const availability = await webgpuAvailability();
  if (!availability.available) return availability.reason;
  if (!availability.adapter.software || softwareIsFine) return null;
  return `The only GPU here is imitated by the processor: ${availability.adapter.name}. WASM is quicker.`;
}
