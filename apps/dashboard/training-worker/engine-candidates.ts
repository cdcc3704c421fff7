import { createTfjsEngine } from "@convoy/engine-tfjs";
import { createQuickestEngine, createWasmEngine, openWebThread } from "@convoy/engine-wasm";
import { createWebgpuEngine, webgpuAvailability } from "@convoy/engine-webgpu";
import type { EngineCandidate, EngineRemark } from "@convoy/worker";

/**
 * The engines of a browser, in order of preference; or the one that was asked for, without objections of taste. Those
 * that are left out are unsuitable for the reason given. TensorFlow.js loads its WASM files from the folder of this script.
 */
export function engineCandidates(
  forced: string | null,
  leftOut: readonly EngineRemark[],
  threads: number,
): readonly EngineCandidate[] {
  const candidates: readonly EngineCandidate[] = [
    { name: "webgpu", create: createWebgpuEngine(), unsuitable: () => webgpuObjection(forced !== null) },
    { name: "tfjs-webgpu", create: createTfjsEngine("webgpu"), unsuitable: () => webgpuObjection(forced !== null) },
    {
      name: "wasm",
      create: createQuickestEngine({ mostThreads: threads, openThread: () => openWebThread(self.location.href) }),
      createExact: createWasmEngine({ build: "simd" }),
      sameEverywhere: true,
    },
    {
      name: "tfjs-wasm",
      create: createTfjsEngine("wasm", { wasmPaths: new URL("./", self.location.href).href }),
      sameEverywhere: true,
    },
    { name: "tfjs-cpu", create: createTfjsEngine("cpu"), sameEverywhere: true },
  ];
  return candidates
    .filter(({ name }) => forced === null || name === forced)
    .map((candidate) => {
      const remark = leftOut.find(({ engine }) => engine === candidate.name);
      return remark === undefined ? candidate : { ...candidate, unsuitable: async () => remark.sentence };
    });
}

/** WASM is several times quicker than a GPU that the processor only imitates. */
async function webgpuObjection(softwareIsFine: boolean): Promise<string | null> {
  const availability = await webgpuAvailability();
  if (!availability.available) return availability.reason;
  if (!availability.adapter.software || softwareIsFine) return null;
  return `The only GPU here is imitated by the processor: ${availability.adapter.name}. WASM is quicker.`;
}
