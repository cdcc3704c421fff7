/** A whole run in one process: the real loop, state machine, floats and workers, over a network in memory. */
import { type RunSettings, startCoordinator } from "@convoy/coordination";
import { batchCount, batchRange, type Dataset, epochOrder, gatherSamples, type SampleSet } from "@convoy/datasets";
import { type Batch, createReferenceEngine, type EngineFactory } from "@convoy/engine";
import { RandomSequence } from "@convoy/foundation";
import { createOptimizer } from "@convoy/gradients";
import { initializeParameters, parameterLayout, type Recipe, recipes } from "@convoy/models";
import { type LeaseMessage, PROTOCOL_VERSION, parseToWorker, readFrame, type ToWorker } from "@convoy/protocol";
import { type Caller, MemoryNetwork, type OpenBytes } from "@convoy/transport";
import { type RunningWorker, runWorker, type WorkerStatus } from "@convoy/worker";
import { Access } from "../access/access.ts";
import { PlaneHere } from "../plane/plane-here.ts";
import type { RunPlane } from "../plane/run-plane.ts";
import { ServedSamples } from "../samples/served-samples.ts";
import { RunLoop, type RunLoopOptions } from "./run-loop.ts";
import { RUN, sealed } from "./test-frames.ts";

export const tokens = { invitation: "k7m4-x9p2", adminKey: "abcd-efgh-jkmn-pqrs" };

/** 4×4 pixels, three classes, batches of 24. */
const tinyRecipe: Recipe = {
  ...(recipes[0] as Recipe),
  name: "tiny",
  title: "Tiny",
  model: {
    name: "tiny",
    inputShape: [4, 4, 1],
    layers: [
      { type: "convolution", channels: 2, window: 3, stride: 1, padding: "valid" },
      { type: "relu" },
      { type: "flatten" },
      { type: "dense", units: 3 },
    ],
    classCount: 3,
  },
  optimizer: { type: "sgd", learningRate: 0.1, momentum: 0.9 },
  batchSize: 24,
};

function drawSamples(count: number, split: number): SampleSet {
  const random = new RandomSequence(3, "test", split);
  return {
    count,
    pixels: Uint8Array.from({ length: 16 * count }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, () => random.below(3)),
  };
}

export const tinyDataset: Dataset = {
  name: "tiny",
  title: "Tiny",
  builtIn: true,
  classNames: ["a", "b", "c"],
  sampleShape: [4, 4, 1],
  train: drawSamples(85, 0),
  test: drawSamples(20, 1),
};

export const tinyLayout = parameterLayout(tinyRecipe.model);

/** Four batches an epoch, the last of 13 samples; two epochs. */
export const tinySettings: RunSettings = {
  run: RUN,
  recipe: tinyRecipe,
  parameterCount: tinyLayout.length,
  seed: 5,
  epochs: 2,
  strategy: { type: "sync" } as const,
  codec: "fp32" as const,
  downCodec: "fp32" as const,
  exact: false,
  checkpointMs: 60_000,
  trainCount: tinyDataset.train.count,
  testCount: tinyDataset.test.count,
  dataset: { name: "tiny", title: "Tiny", warning: null },
};

export const initial = ({ recipe, seed }: RunSettings = tinySettings) =>
  initializeParameters(parameterLayout(recipe.model), recipe.initialization, seed);

export function batchOf(set: SampleSet, samples: ArrayLike<number>): Batch {
  return { count: samples.length, ...gatherSamples(set, samples) };
}

export async function tinyEngine() {
  return createReferenceEngine({ model: tinyRecipe.model, preprocessing: tinyRecipe.preprocessing });
}

/** The parameters after the whole run, computed batch by batch without any of Convoy's coordination. */
export async function plainTraining(epochs = tinySettings.epochs): Promise<Float32Array> {
  const engine = await tinyEngine();
  const parameters = initial();
  const gradient = new Float32Array(tinyLayout.length);
  const { train } = tinyDataset;
  const batches = batchCount(train.count, tinyRecipe.batchSize);
  const optimizer = createOptimizer(tinyRecipe, batches, tinyLayout.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = epochOrder(tinySettings.seed, epoch, train.count);
    for (let batch = 0; batch < batches; batch++) {
      const { start, end } = batchRange(batch, tinyRecipe.batchSize, train.count);
      engine.setParameters(parameters);
      await engine.computeGradient(batchOf(train, order.subarray(start, end)), gradient);
      optimizer.step(parameters, gradient, { step: epoch * batches + batch + 1, sampleCount: end - start }, parameters);
    }
  }
  return parameters;
}

/** How far the run's change of the parameters is from the plain one's, as relative L2. */
export function differenceFrom(plain: Float32Array, parameters: Float32Array): number {
  const start = initial();
  let difference = 0;
  let change = 0;
  for (let i = 0; i < plain.length; i++) {
    difference += ((parameters[i] as number) - (plain[i] as number)) ** 2;
    change += ((plain[i] as number) - (start[i] as number)) ** 2;
  }
  return Math.sqrt(difference / change);
}

export class TestRun {
  readonly plane: RunPlane;
  readonly reports: Parameters<RunLoopOptions["onReport"]>[0][] = [];
  readonly checkpoints: { step: number; epoch: number | null; parameters: Float32Array }[] = [];
  readonly access = new Access(tokens);
  readonly loop: RunLoop;
  readonly network: MemoryNetwork;
  /** Who the next connections come from. */
  caller: Caller = { address: "127.0.0.1", host: "localhost:4300", forwarded: false };

  /** `snapshotBytes`: of more, newcomers fetch the parameters; the policy's without it. `plane`: else one on this thread. */
  constructor(
    settings: RunSettings = tinySettings,
    {
      snapshotBytes,
      dataset = tinyDataset,
      plane = new PlaneHere(settings, { version: 0, parameters: initial(settings) }),
    }: { snapshotBytes?: number; dataset?: Dataset; plane?: RunPlane } = {},
  ) {
    const state = startCoordinator(settings, dataset.test.labels, Date.now());
    this.plane = plane;
    this.loop = new RunLoop({
      state: { ...state, snapshotBytes: snapshotBytes ?? state.snapshotBytes },
      plane: this.plane,
      dataset,
      samples: new ServedSamples(dataset),
      admit: (caller, token) => this.access.admit(caller, token),
      onReport: (report) => this.reports.push(report),
      onCheckpoint: ({ position: { step }, epoch }) =>
        this.checkpoints.push({ step, epoch, parameters: this.plane.parameters }),
    });
    this.network = new MemoryNetwork((connection) => this.loop.accept(connection, this.caller));
  }

  get view() {
    return this.loop.describe();
  }

  /** A real worker with the reference engine. */
  addWorker(
    name: string,
    onStatus: (status: WorkerStatus) => void = () => {},
    create: EngineFactory = createReferenceEngine,
    openBytes?: OpenBytes,
  ): RunningWorker {
    const engines = [{ name: "reference", create }];
    return runWorker({
      dial: this.network.dial,
      ...(openBytes && { openBytes }),
      name,
      device: "Node",
      engines,
      onStatus,
    });
  }

  addPeer(): TestPeer {
    const peer = new TestPeer(this.network);
    this.network.flush();
    return peer;
  }

  /** Lets messages arrive and engines compute until the condition holds. */
  async until(condition: () => boolean, wait = () => new Promise<unknown>((go) => setTimeout(go, 0))): Promise<void> {
    for (let i = 0; !condition(); i++) {
      if (i === 3000) throw new Error(`this never came true: ${condition}; the run says: ${this.view.sentence}`);
      this.network.flush();
      await wait();
    }
  }
}

/** A peer that speaks by hand, in packets too. */
export class TestPeer {
  readonly heard: ToWorker[] = [];
  /** Everything as it came, also what is not for workers. */
  readonly raw: Record<string, unknown>[] = [];
  closeCount = 0;
  readonly #pipe: ReturnType<MemoryNetwork["dialPipe"]>;
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork) {
    this.#network = network;
    this.#pipe = network.dialPipe({
      ended: () => void this.closeCount++,
      receive: (channel, data) => {
        if (channel !== "message") return;
        this.raw.push(data as Record<string, unknown>);
        const parsed = parseToWorker(data);
        if (parsed.ok) this.heard.push(parsed.message);
      },
    });
  }

  say(message: object): void {
    this.#pipe.send("message", message);
    this.#network.flush();
  }

  /** A packet of a long message. */
  transfer(packet: object): void {
    this.#pipe.send("transfer", packet);
    this.#network.flush();
  }

  close(): void {
    this.#pipe.close();
    this.#network.flush();
  }

  /** Joins as a worker that is ready. */
  enter(token: string | null = null): this {
    this.say({ type: "join", protocol: PROTOCOL_VERSION, name: "By hand", device: "test", token });
    const engine = { name: "reference", device: "CPU", fingerprint: "f" };
    this.say({ type: "ready", engine, proof: { largestError: 0, durationMs: 1 } });
    return this;
  }

  all<Type extends ToWorker["type"]>(type: Type): Extract<ToWorker, { type: Type }>[] {
    return this.heard.filter((message): message is Extract<ToWorker, { type: Type }> => message.type === type);
  }

  get lease(): LeaseMessage {
    return this.all("lease").at(-1) as LeaseMessage;
  }

  get refusals(): string[] {
    return this.raw.flatMap(({ type, refusal }) =>
      type === "refused" ? [(refusal as { reason: string }).reason] : [],
    );
  }

  /** An honest contribution for the newest lease. */
  async contribution() {
    const { lease } = this;
    const parsed = readFrame(this.all("parameters").at(-1)?.frame ?? new Uint8Array(), tinyLayout.length);
    if (!parsed.ok) throw new Error(parsed.refusal.sentence);
    const engine = await tinyEngine();
    engine.setParameters(parsed.frame.vector);
    const gradient = new Float32Array(tinyLayout.length);
    const outcome = await engine.computeGradient(batchOf(tinyDataset[lease.split], lease.samples), gradient);
    return {
      type: "contribution",
      ...outcome,
      stepLosses: [] as number[],
      computeMs: 1,
      headStartMs: 0,
      frame: sealed(gradient, lease),
    } as const;
  }
}
