/** Lets things go wrong while a run trains, and in the end sees to it that nothing does any more. */
import type { RandomSequence, VirtualClock } from "@convoy/foundation";
import { drawMagnitude, drawOne, drawWait, isDrawn } from "./draw.ts";
import type { FaultKind, FaultPlan } from "./fault-plan.ts";
import { drawHearing, type FaultyNetwork, noViolations } from "./faulty-network.ts";
import type { Population } from "./population.ts";
import type { SimulatedCoordinator } from "./simulated-coordinator.ts";

/** However little was done: after so long faults end. Milliseconds. */
const FAULTS_AT_MOST_MS = 10 * 60_000;
const REFILL_MS = 500;

export interface WorkloadOptions {
  readonly plan: FaultPlan;
  readonly steps: number;
  readonly clock: VirtualClock;
  readonly random: RandomSequence;
  readonly network: FaultyNetwork;
  readonly population: Population;
  readonly coordinator: SimulatedCoordinator;
}

export class Workload {
  /** When the last fault was over; null before. */
  healedAt: number | null = null;
  readonly #options: WorkloadOptions;
  readonly #startedAt: number;
  #hasStopped = false;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now;
    this.#refill();
    this.#next();
  }

  #refill(): void {
    const { clock, population } = this.#options;
    population.refill();
    clock.schedule(clock.now + REFILL_MS, { happen: () => this.#refill() });
  }

  #next(): void {
    const { clock, random, plan } = this.#options;
    const at = plan.kinds.length === 0 ? clock.now : clock.now + drawWait(random, plan.everyMs);
    clock.schedule(at, {
      happen: () => {
        if (this.#isOver()) {
          this.#heal();
          return;
        }
        this.#cause(drawOne(random, plan.kinds));
        this.#next();
      },
    });
  }

  #isOver(): boolean {
    const { clock, plan, coordinator, steps } = this.#options;
    const step = coordinator.state?.step ?? 0;
    if (plan.stopsAt !== null && step >= plan.stopsAt * steps && !this.#hasStopped && coordinator.state !== null) {
      this.#hasStopped = true;
      coordinator.control("stop");
    }
    return plan.kinds.length === 0 || step >= plan.until * steps || clock.now - this.#startedAt > FAULTS_AT_MOST_MS;
  }

  #heal(): void {
    const { clock, network, population, coordinator } = this.#options;
    this.healedAt = clock.now;
    network.heal();
    population.heal();
    if (coordinator.state === null) coordinator.start();
    coordinator.control("resume");
  }

  #cause(kind: FaultKind): void {
    const { clock, random, plan, network, population, coordinator } = this.#options;
    const worker = population.pick();
    switch (kind) {
      case "worker leaves":
        worker?.handle({ type: "stop" });
        return;
      case "worker dies":
        worker?.die();
        return;
      case "connection breaks":
        worker?.loseConnection();
        return;
      case "connection stalls":
        worker?.link?.stall(clock.now + drawMagnitude(random, 10, 30_000));
        return;
      case "partition":
        this.#part();
        return;
      case "tab freezes":
        worker?.freeze(clock.now + drawMagnitude(random, 10, 30_000));
        return;
      case "owner pauses":
        if (worker === null) return;
        worker.handle({ type: "pause" });
        this.#later(drawMagnitude(random, 10, 10_000), () => worker.handle({ type: "resume" }));
        return;
      case "device slows down":
        if (worker === null) return;
        worker.slowness = drawMagnitude(random, 2, 1000);
        this.#later(drawMagnitude(random, 10, 10_000), () => {
          worker.slowness = 1;
        });
        return;
      case "nonsense":
        if (worker?.misconduct) worker.misconduct.act(worker);
        return;
      case "promises broken":
        network.violations = plan.violations;
        this.#later(drawMagnitude(random, 10, 5000), () => {
          network.violations = noViolations;
        });
        return;
      case "run pauses":
        coordinator.control("pause");
        this.#later(drawMagnitude(random, 10, 5000), () => coordinator.control("resume"));
        return;
      case "coordinator crashes":
        // Rarer than the rest, or it would never get anywhere.
        if (isDrawn(random, Math.min(1, plan.everyMs / 10_000))) this.#crash();
        return;
    }
  }

  /** A part of the workers is cut off for a while: late for all, or for good. */
  #part(): void {
    const { clock, random, population } = this.#options;
    const share = random.unit();
    const breaks = isDrawn(random, 0.3);
    const until = clock.now + drawMagnitude(random, 100, 30_000);
    for (const worker of population.workers) {
      if (!isDrawn(random, share)) continue;
      if (breaks) worker.loseConnection();
      else worker.link?.stall(until);
    }
  }

  #crash(): void {
    const { random, network, coordinator } = this.#options;
    if (coordinator.state === null) return;
    coordinator.crash();
    for (const link of [...network.links])
      link.break("the coordinator ended", { worker: drawHearing(random), coordinator: null });
    this.#later(drawMagnitude(random, 10, 5000), () => {
      if (coordinator.state === null) coordinator.start();
    });
  }

  #later(afterMs: number, happen: () => void): void {
    const { clock } = this.#options;
    clock.schedule(clock.now + afterMs, { happen });
  }
}
