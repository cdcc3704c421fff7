/** One seed, one run: everything that happens in it is drawn from the seed. */
import type { RunSettings, Strategy } from "@convoy/coordination";
import { RandomSequence, VirtualClock } from "@convoy/foundation";
import { BrokenInvariant } from "./broken-invariant.ts";
import { Disk } from "./disk.ts";
import { drawMagnitude, isDrawn } from "./draw.ts";
import { drawFaultPlan, noFaults } from "./fault-plan.ts";
import { FaultyNetwork } from "./faulty-network.ts";
import { Invariants } from "./invariants.ts";
import { Population } from "./population.ts";
import { SimulatedCoordinator, type Transition } from "./simulated-coordinator.ts";
import { type SimulatedTraining, simulateLocal, simulateSync } from "./simulated-training.ts";
import { SingleProcessRun } from "./single-process-run.ts";
import { drawCodec, drawStrategy, type WantedCodec, type WantedStrategy } from "./tiny-strategy.ts";
import { tinyTraining, trainingShapes } from "./tiny-training.ts";
import { Workload } from "./workload.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly workers: number;
  /** Rounded up to whole epochs. */
  readonly steps: number;
  readonly faults: "all" | "none";
  readonly strategy: WantedStrategy;
  /** Without, parameters go down in full. */
  readonly downCodec?: WantedCodec;
  /** Puts another state machine in the coordinator's place. */
  readonly transition?: Transition;
}

export interface SimulationReport {
  readonly seed: number;
  /** The invariant that does not hold, in a sentence; null when all did. */
  readonly broken: string | null;
  /** Events that the state machines handled. */
  readonly events: number;
  readonly steps: number;
  /** Milliseconds of virtual time. */
  readonly virtualMs: number;
}

/** Virtual time begins here, in milliseconds: a clock that shows a date. */
const BEGINNING = 1_700_000_000_000;
/** When every fault is over and an honest worker is there, a shard is counted at least so often. */
const PATIENCE_MS = 150_000;
/** So long after its end the run is watched on: what is late must not count. */
const AFTERMATH_MS = 3_000;

/** What each stream of random numbers is for. */
const streams = { plan: 1, network: 2, workers: 3, faults: 4, strategy: 5, snapshots: 6, codec: 7 } as const;

export function simulate(options: SimulationOptions): SimulationReport {
  const simulation = new Simulation(options);
  let broken: string | null = null;
  try {
    simulation.run();
  } catch (error) {
    broken = error instanceof BrokenInvariant ? error.message : `the core failed: ${describe(error)}`;
  }
  return { ...simulation.report(), seed: options.seed, broken };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

class Simulation {
  readonly #clock = new VirtualClock(BEGINNING);
  readonly #invariants: Invariants;
  readonly #coordinator: SimulatedCoordinator;
  readonly #population: Population;
  readonly #workload: Workload;

  constructor({ seed, workers, steps, faults, strategy, downCodec = "fp32", transition }: SimulationOptions) {
    const clock = this.#clock;
    const random = (stream: keyof typeof streams) => new RandomSequence(seed, "simulation", streams[stream]);
    const planning = random("plan");
    const shape = planning.below(trainingShapes);
    const drawnStrategy = drawStrategy(random("strategy"), strategy);
    const codec = drawCodec(random("codec"), downCodec, drawnStrategy);
    const simulated = simulatedTraining(shape, steps, drawnStrategy, codec);
    const { training } = simulated;
    const plan = faults === "all" ? drawFaultPlan(planning) : noFaults;
    const settings: RunSettings = {
      ...training.settings,
      run: planning.uint32().toString(16).padStart(16, "0"),
      checkpointMs: drawMagnitude(planning, 100, 20_000),
    };
    this.#invariants = new Invariants(simulated);
    const disk = new Disk(clock, drawMagnitude(planning, 1, 2000));
    this.#coordinator = new SimulatedCoordinator({
      clock,
      settings,
      disk,
      testLabels: training.dataset.test.labels,
      initial: simulated.initial,
      witness: this.#invariants,
      snapshots: isDrawn(random("snapshots"), 1 / 3),
      ...(transition === undefined ? {} : { transition }),
    });
    const network = new FaultyNetwork(clock, random("network"), (link) => this.#coordinator.accept(link));
    this.#coordinator.start();
    const { newComputation } = simulated;
    const surroundings = {
      clock,
      network,
      training,
      newComputation,
      fetch: (run: string, version: number) => this.#coordinator.fetch(run, version),
      random: random("workers"),
      witness: this.#invariants,
    };
    this.#population = new Population(workers, plan, surroundings);
    this.#workload = new Workload({
      plan,
      steps: simulated.steps,
      clock,
      random: random("faults"),
      network,
      population: this.#population,
      coordinator: this.#coordinator,
    });
  }

  run(): void {
    while (!this.#hasEnded()) {
      this.#clock.advance();
      this.#checkProgress();
    }
    const end = this.#clock.now + AFTERMATH_MS;
    while (this.#clock.now < end && this.#clock.advance());
  }

  report(): Pick<SimulationReport, "events" | "steps" | "virtualMs"> {
    return {
      events: this.#coordinator.eventCount + this.#population.eventCount,
      steps: this.#coordinator.state?.step ?? 0,
      virtualMs: this.#clock.now - BEGINNING,
    };
  }

  #hasEnded(): boolean {
    const control = this.#coordinator.state?.control;
    return control === "finished" || control === "stopped";
  }

  #checkProgress(): void {
    const { healedAt } = this.#workload;
    if (healedAt === null) return;
    const waitedMs = this.#clock.now - Math.max(healedAt, this.#invariants.progressAt);
    if (waitedMs <= PATIENCE_MS) return;
    throw new BrokenInvariant(
      `nothing was counted for ${Math.round(waitedMs / 1000)} s, though every fault is over and an honest worker is there`,
    );
  }
}

type DownCodec = RunSettings["downCodec"];

function simulatedTraining(shape: number, steps: number, strategy: Strategy, downCodec: DownCodec): SimulatedTraining {
  if (strategy.type === "sync") return simulateSync(singleProcessRun(shape, steps, downCodec));
  return simulateLocal(tinyTraining(shape, steps, strategy, downCodec));
}

/** Many seeds share one training; what it computes is computed once. */
const runs = new Map<string, SingleProcessRun>();

function singleProcessRun(shape: number, steps: number, downCodec: DownCodec): SingleProcessRun {
  const key = `${shape} ${steps} ${downCodec}`;
  let run = runs.get(key);
  if (run === undefined) {
    run = new SingleProcessRun(tinyTraining(shape, steps, { type: "sync" }, downCodec));
    runs.set(key, run);
  }
  return run;
}
