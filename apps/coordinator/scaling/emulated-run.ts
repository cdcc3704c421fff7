/** A run in one process: the real loop and the real workers, over emulated links, around engines that only take time. */
import { startCoordinator } from "@convoy/coordination";
import { type Dataset, drawBuiltInDigits, type SampleSet } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import { elementCount, imageShapeFor, initializeParameters, parameterLayout, type Recipe } from "@convoy/models";
import type { ExchangeView } from "@convoy/protocol";
import { type Accept, EmulatedNetwork, type LinkClock, type LinkOptions, type LinkTraffic } from "@convoy/transport";
import { runWorker } from "@convoy/worker";
import { EpochOrders, LentSamples, sleepingEngine, withSamplesAtHand } from "@convoy/worker/sleeping";
import { chooseRecipe } from "../src/choose-recipe.ts";
import { readOptions } from "../src/options.ts";
import { PlaneHere } from "../src/plane/plane-here.ts";
import { settingsOf } from "../src/run/open-run.ts";
import { RunLoop } from "../src/run/run-loop.ts";
import { type SampleSource, ServedSamples } from "../src/samples/served-samples.ts";
import type { ProcessorTime } from "./processor-time.ts";
import { shrunkLimits, shrunkRecipe } from "./shrunk.ts";

export interface EmulatedRunOptions {
  readonly clock: LinkClock;
  /** Where time is virtual: what the coordinator computes takes its time nevertheless. */
  readonly processor: ProcessorTime | null;
  /** As the coordinator takes them: recipe, strategy and so on. */
  readonly coordinatorOptions: readonly string[];
  readonly trainSamples: number;
  readonly testSamples: number;
  /** The network is so many times smaller than the recipe's. */
  readonly shrink: number;
  /** Whether workers have every sample already, as in all epochs but the first. */
  readonly samplesAtHand: boolean;
}

/** Of another machine. */
const FAR = "192.0.2.1";
/** Drawn before the run begins. */
const DIGITS = 2048;

/** What a run has come to by now. */
export interface Standing {
  /** Milliseconds. */
  readonly at: number;
  /** Counted in training and evaluation. */
  readonly samples: number;
  readonly step: number;
  /** As the coordinator expects of a run of `local`; null of another. */
  readonly exchange: ExchangeView | null;
  /** Of the samples lent to train on, all, and those that were not there when the lease came. */
  readonly lent: number;
  readonly lacking: number;
  /** Of all links together. */
  readonly traffic: LinkTraffic;
  /** What the coordinator has used of a processor, in milliseconds; where its time is not told apart, the whole process. */
  readonly processorMs: number;
}

export class EmulatedRun {
  readonly #options: EmulatedRunOptions;
  readonly #recipe: Recipe;
  readonly #loop: RunLoop;
  readonly #network: EmulatedNetwork;
  readonly #links: { readonly traffic: LinkTraffic }[] = [];
  readonly #lent = new LentSamples();
  /** All workers find the same. */
  readonly #orders: EpochOrders;
  readonly troubles: string[] = [];

  private constructor(options: EmulatedRunOptions, recipe: Recipe, loop: RunLoop) {
    this.#options = options;
    this.#recipe = recipe;
    this.#loop = loop;
    this.#orders = new EpochOrders(options.trainSamples);
    const accept: Accept = (connection, caller) => loop.accept(connection, { ...caller, address: FAR });
    const { clock, processor, shrink } = options;
    this.#network = new EmulatedNetwork(clock, processor?.spend(accept) ?? accept, shrunkLimits(shrink));
  }

  static async begin(options: EmulatedRunOptions): Promise<EmulatedRun> {
    const coordinatorOptions = readOptions([...options.coordinatorOptions, "--epochs", "10000"]);
    const recipe = shrunkRecipe(await chooseRecipe(coordinatorOptions, undefined), options.shrink);
    const dataset = blankDataset(recipe, options.trainSamples, options.testSamples);
    const obtained = { dataset, warning: null };
    const settings = {
      ...settingsOf({ options: coordinatorOptions, recipe, start: null, obtained }),
      checkpointMs: Number.MAX_VALUE,
    };
    const layout = parameterLayout(recipe.model);
    const parameters = initializeParameters(layout, recipe.initialization, settings.seed);
    const loop = new RunLoop({
      state: startCoordinator(settings, dataset.test.labels, Date.now()),
      plane: new PlaneHere(settings, { version: 0, parameters }),
      dataset,
      samples: options.samplesAtHand ? new ServedSamples(dataset) : digitsFor(dataset),
      admit: () => ({ access: "admin" }),
      onReport() {},
      onCheckpoint() {},
    });
    return new EmulatedRun(options, recipe, loop);
  }

  /** `sampleMs`: what its engine takes for one sample. */
  addWorker(name: string, sampleMs: number, linkOptions: LinkOptions): void {
    const { clock } = this.#options;
    const link = this.#network.lay(linkOptions);
    this.#links.push(link);
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(clock.now + ms, { happen: resolve }));
    runWorker({
      dial: this.#options.samplesAtHand
        ? withSamplesAtHand(link.dial, sampleBytesOf(this.#recipe))
        : this.#lent.countOn(link.dial, this.#orders),
      name,
      device: "a bench",
      engines: [{ name: "sleeping", create: sleepingEngine(sleep, sampleMs) }],
      onStatus: ({ phase, sentence }) => {
        if (phase === "failed") this.troubles.push(`${name}: ${sentence}`);
      },
    });
  }

  get batchSize(): number {
    return this.#recipe.batchSize;
  }

  get standing(): Standing {
    const { step, workers, exchange } = this.#loop.describe();
    const traffic = this.#links.map((link) => link.traffic);
    const { user, system } = process.cpuUsage();
    return {
      at: this.#options.clock.now,
      samples: workers.reduce((sum, { samples }) => sum + samples, 0),
      step,
      exchange,
      lent: this.#lent.total,
      lacking: this.#lent.lacking,
      traffic: {
        up: traffic.reduce((sum, { up }) => sum + up, 0),
        down: traffic.reduce((sum, { down }) => sum + down, 0),
      },
      processorMs: this.#options.processor?.usedMs ?? (user + system) / 1000,
    };
  }
}

function sampleBytesOf({ preprocessing, model }: Recipe): number {
  return elementCount(imageShapeFor(preprocessing, model.inputShape));
}

/** Pictures that take up as much on their way as real ones, a few of them again and again. */
function digitsFor({ sampleShape }: Dataset): SampleSource {
  const digits = drawBuiltInDigits({ trainCount: DIGITS, testCount: DIGITS });
  assert(String(digits.sampleShape) === String(sampleShape), "samples travel of MNIST's shape only");
  const drawn = new ServedSamples(digits);
  drawn.compressAlong(Uint32Array.from({ length: DIGITS }, (_, i) => i));
  return {
    compressAlong() {},
    take: (split, samples, isNear) =>
      drawn.take(
        split,
        samples.map((sample) => sample % DIGITS),
        isNear,
      ),
    close: () => drawn.close(),
  };
}

/** Nothing but black pictures of the right size. */
export function blankDataset(recipe: Recipe, trainCount: number, testCount = 8): Dataset {
  const blank = (count: number): SampleSet => {
    return { count, pixels: new Uint8Array(count * sampleBytesOf(recipe)), labels: new Uint8Array(count) };
  };
  return {
    name: "blank",
    title: "Black pictures",
    builtIn: true,
    classNames: Array.from({ length: recipe.model.classCount }, (_, i) => String(i)),
    sampleShape: imageShapeFor(recipe.preprocessing, recipe.model.inputShape),
    train: blank(trainCount),
    test: blank(testCount),
  };
}
