import { EngineError } from "@convoy/engine";
import { firstLine } from "./device/first-line.ts";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import type { Binding, Kernel } from "./wgsl/kernel.ts";

/** A kernel that was compiled for a device. */
export interface PreparedKernel {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  /** Of its own bindings; the group that all kernels share is `Pipelines.sharedLayout`. */
  readonly layout: GPUBindGroupLayout;
}

export interface Pipelines {
  /** In the order in which they were given. */
  readonly kernels: readonly PreparedKernel[];
  readonly sharedLayout: GPUBindGroupLayout;
}

/**
 * Compiles kernels, all at the same time and without holding up the page. Rejects with an EngineError that names the
 * operation whose shader does not compile. `onProgress` is told how many are done.
 */
export async function preparePipelines(
  graphics: GraphicsDevice,
  kernels: readonly Kernel[],
  onProgress: (done: number, all: number) => void = () => {},
): Promise<Pipelines> {
  const { device } = graphics;
  const sharedLayout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform" } },
      { binding: 1, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
    ],
  });
  const all = kernels.length;
  let done = 0;
  const prepare = async (kernel: Kernel) => {
    const prepared = await prepareKernel(graphics, kernel, sharedLayout);
    onProgress(++done, all);
    return prepared;
  };
  return { kernels: await Promise.all(kernels.map(prepare)), sharedLayout };
}

interface Compiled extends Omit<PreparedKernel, "kernel"> {}

/** Of each device by source, the oldest first: an engine that is made again need not be compiled again. */
const compiledByDevice = new WeakMap<GPUDevice, Map<string, Promise<Compiled>>>();

const MOST_COMPILED = 256;

async function prepareKernel(
  graphics: GraphicsDevice,
  kernel: Kernel,
  sharedLayout: GPUBindGroupLayout,
): Promise<PreparedKernel> {
  const known = compiledByDevice.get(graphics.device) ?? new Map<string, Promise<Compiled>>();
  compiledByDevice.set(graphics.device, known);
  const compiling = known.get(kernel.source) ?? compile(graphics, kernel, sharedLayout);
  known.delete(kernel.source);
  known.set(kernel.source, compiling);
  const [oldest] = known.keys();
  if (known.size > MOST_COMPILED && oldest !== undefined) known.delete(oldest);
  return { kernel, ...(await compiling) };
}

async function compile(
  graphics: GraphicsDevice,
  { name, source, bindings }: Kernel,
  sharedLayout: GPUBindGroupLayout,
): Promise<Compiled> {
  const { device } = graphics;
  // Caught here: an error that nobody catches ends the device.
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label: name, code: source });
  const layout = device.createBindGroupLayout({ label: name, entries: bindings.map(layoutEntry) });
  const faulty = device.popErrorScope();
  try {
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout, sharedLayout] }),
      compute: { module, entryPoint: "main" },
    });
    await faulty;
    if (graphics.failure !== undefined) throw graphics.failure;
    return { pipeline, layout };
  } catch (error) {
    if (graphics.failure !== undefined) throw graphics.failure;
    const reason = (await faulty)?.message ?? (error instanceof Error ? error.message : String(error));
    throw new EngineError(`The shader for ${name} does not compile on this GPU: ${firstLine(reason)}`);
  }
}

function layoutEntry({ readOnly }: Binding, binding: number): GPUBindGroupLayoutEntry {
  const type = readOnly ? "read-only-storage" : "storage";
  return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
}
