import { createThreadedEngine, createWasmEngine, openWebThread, threadCounts } from "@convoy/engine-wasm";
import { createWebgpuEngine, webgpuAvailability } from "@convoy/engine-webgpu";
import type { CandidateFactory, EngineCandidate, EngineRemark } from "@convoy/worker";

/**
 * The engines of a browser, in the order in which they are begun with: the first is ready at once. Or the one that was
 * asked for, without objections of taste. Those that are left out are unsuitable for the reason given.
 */
export function engineCandidates(
  forced: string | null,
  leftOut: readonly EngineRemark[],
  threads: number,
): readonly EngineCandidate[] {
  const unsuitable = () => webgpuObjection(forced !== null);
  const candidates: EngineCandidate[] = [
    {
      name: "wasm",
      create: createWasmEngine(),
      createExact: createWasmEngine({ build: "simd" }),
      sameEverywhere: true,
    },
    {
      name: "webgpu",
      create: (task, onProgress) => createWebgpuEngine({ onProgress })(task),
      mayBeQuicker: true,
      unsuitable,
    },
    { name: "tfjs-webgpu", create: tfjs("webgpu"), mayBeQuicker: true, insteadOf: "webgpu", unsuitable },
    { name: "tfjs-wasm", create: tfjs("wasm"), sameEverywhere: true },
    { name: "tfjs-cpu", create: tfjs("cpu"), sameEverywhere: true },
  ];
  const onThreads = threadCounts(threads).filter((count) => count > 1);
  candidates.push(...onThreads.map(wasmOn));
  return candidates
    .filter(({ name }) => forced === null || name === forced || (forced === "wasm" && name.startsWith("wasm-")))
    .map((candidate) => {
      const remark = leftOut.find(({ engine }) => engine === candidate.name);
      return remark === undefined ? candidate : { ...candidate, unsuitable: async () => remark.sentence };
    });
}

/** Further threads take a while to start, so one alone begins. How many are the quickest is measured as of any engine. */
function wasmOn(threads: number): EngineCandidate {
  const openThread = () => openWebThread(self.location.href);
  return { name: `wasm-${threads}-threads`, create: createThreadedEngine({ threads, openThread }), mayBeQuicker: true };
}

/** Its script is large, and most devices never need it. It loads its WASM files from the folder of this script. */
function tfjs(backend: "webgpu" | "wasm" | "cpu"): CandidateFactory {
  return async (task) => {
    const { createTfjsEngine } = await import("@convoy/engine-tfjs");
    return createTfjsEngine(backend, { wasmPaths: new URL("./", self.location.href).href })(task);
  };
}

/** WASM is several times quicker than a GPU that the processor only imitates. */
async function webgpuObjection(softwareIsFine: boolean): Promise<string | null> {
  const availability = await webgpuAvailability();
  if (!availability.available) return availability.reason;
  if (!availability.adapter.software || softwareIsFine) return null;
  return `The only GPU here is imitated by the processor: ${availability.adapter.name}. WASM is quicker.`;
}
