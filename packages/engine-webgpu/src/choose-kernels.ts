import { EngineError, type Plan } from "@convoy/engine";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import type { KernelChoice } from "./kernels-of-plan.ts";
import { preparePipelines } from "./pipelines.ts";
import { PreparedStep } from "./prepared-step.ts";
import { StepBuffers, stepSizes } from "./step-buffers.ts";
import type { Kernel } from "./wgsl/kernel.ts";

/** Each way is tried so often; the quickest time counts, since whatever else the GPU does only slows it down. */
const TRIALS = 3;

/** What takes less is done several times at once, or the time would be that of asking for it. */
const SHORT_MS = 4;
const REPEATS = 8;
/** What takes more is clear after one trial. */
const LONG_MS = 40;
/** A way that is so many times slower than another, the first time, is not tried again. */
const FAR_BEHIND = 5;

/**
 * Of each operation, the way that is quickest on this GPU, for batches of `plan.batchSize` samples of nothing but zeros.
 * Where the GPU has no room for that, the first.
 */
export async function chooseKernels(
  graphics: GraphicsDevice,
  plan: Plan,
  pictureBytes: number,
  choices: readonly KernelChoice[],
): Promise<readonly (readonly Kernel[])[]> {
  const { device } = graphics;
  const open = choices.filter((choice) => choice.length > 1);
  if (open.length === 0) return choices.map(([first]) => first);
  const parameters = device.createBuffer({ size: 4 * plan.parameterCount, usage: GPUBufferUsage.STORAGE });
  try {
    const buffers = new StepBuffers(device, plan, stepSizes(plan, open.flat(2), pictureBytes), parameters);
    device.queue.writeBuffer(buffers.header, 0, Uint32Array.of(plan.batchSize, 1));
    const chosen = new Map<KernelChoice, readonly Kernel[]>();
    for (const choice of open) chosen.set(choice, await quickest(graphics, buffers, choice));
    buffers.destroy();
    return choices.map((choice) => chosen.get(choice) ?? choice[0]);
  } catch (error) {
    if (graphics.failure !== undefined || !(error instanceof EngineError)) throw error;
    return choices.map(([first]) => first);
  } finally {
    parameters.destroy();
  }
}

/** All ways take turns, since a GPU that wakes up grows quicker with everything it does. */
async function quickest(
  graphics: GraphicsDevice,
  buffers: StepBuffers,
  choice: KernelChoice,
): Promise<readonly Kernel[]> {
  const ways: TriedWay[] = [];
  for (const kernels of choice) ways.push(await TriedWay.begin(graphics, buffers, kernels));
  const shortest = () => Math.min(...ways.map(({ shortestMs }) => shortestMs));
  for (let trial = 0; trial < TRIALS && shortest() < LONG_MS; trial++) {
    for (const way of ways) {
      if (way.shortestMs < FAR_BEHIND * shortest()) await way.tryAgain();
    }
  }
  const best = ways.find(({ shortestMs }) => shortestMs === shortest());
  return best?.kernels ?? choice[0];
}

class TriedWay {
  readonly kernels: readonly Kernel[];
  readonly #graphics: GraphicsDevice;
  readonly #buffers: StepBuffers;
  #shortestMs = Number.POSITIVE_INFINITY;

  private constructor(graphics: GraphicsDevice, buffers: StepBuffers, kernels: readonly Kernel[]) {
    this.#graphics = graphics;
    this.#buffers = buffers;
    this.kernels = kernels;
  }

  static async begin(graphics: GraphicsDevice, buffers: StepBuffers, kernels: readonly Kernel[]): Promise<TriedWay> {
    const way = new TriedWay(graphics, buffers, kernels);
    await way.#time(1);
    return way;
  }

  get shortestMs(): number {
    return this.#shortestMs;
  }

  async tryAgain(): Promise<void> {
    await this.#time(this.#shortestMs < SHORT_MS ? REPEATS : 1);
  }

  async #time(repeats: number): Promise<void> {
    const { device } = this.#graphics;
    const repeated = Array.from({ length: repeats }, () => this.kernels).flat();
    const { kernels, sharedLayout } = await preparePipelines(this.#graphics, repeated);
    const step = new PreparedStep(device, kernels, sharedLayout, this.#buffers);
    const startedAt = performance.now();
    step.submit(this.#buffers.plan.batchSize, Number.POSITIVE_INFINITY, () => {});
    await device.queue.onSubmittedWorkDone();
    this.#shortestMs = Math.min(this.#shortestMs, (performance.now() - startedAt) / repeats);
  }
}
