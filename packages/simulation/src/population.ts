/** The workers of a run: who they are, and who comes after one that is gone. */
import type { RandomSequence } from "@convoy/foundation";
import { drawMagnitude, drawOne, drawWait, isDrawn } from "./draw.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { drawLatency } from "./faulty-network.ts";
import { Misconduct } from "./misconduct.ts";
import { SimulatedWorker } from "./simulated-worker.ts";
import type { Device, WorkerSurroundings } from "./worker-surroundings.ts";

const ENGINE = "reference-1";
const OTHER_ENGINE = "reference-2";

interface Place {
  readonly device: Device;
  readonly lies: boolean;
  worker: SimulatedWorker | null;
}

export class Population {
  readonly #surroundings: WorkerSurroundings;
  readonly #places: Place[];
  readonly #liarsReform: boolean;
  #liesAreOver = false;
  #eventCount = 0;

  constructor(count: number, plan: FaultPlan, surroundings: WorkerSurroundings) {
    this.#surroundings = surroundings;
    this.#liarsReform = plan.liarsReform;
    const { random, clock } = surroundings;
    this.#places = Array.from({ length: count }, (_, number) => ({
      device: drawDevice(random, number, plan),
      // The first is honest, and there in the end.
      lies: number > 0 && isDrawn(random, plan.liars),
      worker: null,
    }));
    const arrivalMs = drawMagnitude(random, 1, 20_000);
    for (const place of this.#places)
      clock.schedule(clock.now + arrivalMs * random.unit(), { happen: () => this.#fill(place) });
  }

  /** Those that are there. */
  get workers(): SimulatedWorker[] {
    return this.#places.flatMap(({ worker }) => (worker === null || worker.isGone ? [] : [worker]));
  }

  /** Events that the state machines of all workers have handled. */
  get eventCount(): number {
    return this.#places.reduce((sum, { worker }) => sum + (worker?.eventCount ?? 0), this.#eventCount);
  }

  pick(): SimulatedWorker | null {
    const { worker } = drawOne(this.#surroundings.random, this.#places);
    return worker === null || worker.isGone ? null : worker;
  }

  /** Someone comes for each that is gone, sooner or later. */
  refill(): void {
    for (const place of this.#places) if (place.worker?.isGone) this.#replace(place);
  }

  /** Every device is itself again, and liars may have said what they had to say. */
  heal(): void {
    this.#liesAreOver = this.#liarsReform;
    for (const { worker } of this.#places) {
      if (worker === null) continue;
      if (this.#liesAreOver) worker.misconduct = null;
      worker.slowness = 1;
      if (worker.state.paused) worker.handle({ type: "resume" });
    }
    this.refill();
  }

  #replace(place: Place): void {
    const { clock, random } = this.#surroundings;
    this.#eventCount += place.worker?.eventCount ?? 0;
    place.worker = null;
    clock.schedule(clock.now + Math.min(30_000, drawWait(random, 4000)), { happen: () => this.#fill(place) });
  }

  #fill(place: Place): void {
    const { random, clock, training } = this.#surroundings;
    const misconduct =
      place.lies && !this.#liesAreOver ? new Misconduct(random, clock, training.settings.strategy.type) : null;
    place.worker = new SimulatedWorker(place.device, misconduct, this.#surroundings);
  }
}

function drawDevice(random: RandomSequence, number: number, plan: FaultPlan): Device {
  const isSlow = number > 0 && isDrawn(random, plan.slow);
  const isStrange = number > 0 && isDrawn(random, plan.strangers);
  return {
    name: `worker ${number % 7}`,
    samplesPerSecond: isSlow ? drawMagnitude(random, 0.5, 20) : drawMagnitude(random, 100, 20_000),
    latencyMs: drawLatency(random),
    fingerprints: isStrange ? [OTHER_ENGINE] : number % 2 === 0 ? [ENGINE, OTHER_ENGINE] : [ENGINE],
    provingMs: drawMagnitude(random, 1, 2000),
    failsToCompute: number > 0 ? plan.failsToCompute : 0,
  };
}
