/** What goes wrong in a run, drawn from its seed. Not everything goes wrong in every run: faults hide each other. */
import type { RandomSequence } from "@convoy/foundation";
import { drawMagnitude, isDrawn } from "./draw.ts";
import { noViolations, type Violations } from "./faulty-network.ts";

const faultKinds = [
  "worker leaves",
  "worker dies",
  "connection breaks",
  "connection stalls",
  "partition",
  "tab freezes",
  "owner pauses",
  "device slows down",
  "nonsense",
  "promises broken",
  "run pauses",
  "coordinator crashes",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultPlan {
  readonly kinds: readonly FaultKind[];
  /** Milliseconds between two faults, on average. */
  readonly everyMs: number;
  /** While promises are broken. */
  readonly violations: Violations;
  /** The share of workers that lie, are slow, or have another engine. */
  readonly liars: number;
  readonly slow: number;
  readonly strangers: number;
  /** Whether liars become honest when the faults end; else whoever is honest must do without them. */
  readonly liarsReform: boolean;
  /** How often an engine fails in the midst of a lease. */
  readonly failsToCompute: number;
  /** The faults end when this share of the run's steps is done. */
  readonly until: number;
  /** Someone stops the run at this share of its steps; null in most runs. */
  readonly stopsAt: number | null;
}

export const noFaults: FaultPlan = {
  kinds: [],
  everyMs: Number.POSITIVE_INFINITY,
  violations: noViolations,
  liars: 0,
  slow: 0,
  strangers: 0,
  liarsReform: true,
  failsToCompute: 0,
  until: 0,
  stopsAt: null,
};

export function drawFaultPlan(random: RandomSequence): FaultPlan {
  const share = () => (isDrawn(random, 0.5) ? random.between(0, 0.4) : 0);
  const rate = () => (isDrawn(random, 0.7) ? drawMagnitude(random, 0.001, 0.1) : 0);
  return {
    kinds: faultKinds.filter(() => isDrawn(random, 0.6)),
    everyMs: drawMagnitude(random, 50, 5000),
    violations: { lost: rate(), duplicated: rate(), overtaken: rate() },
    liars: share(),
    slow: share(),
    strangers: isDrawn(random, 0.3) ? random.between(0, 0.3) : 0,
    liarsReform: isDrawn(random, 0.5),
    failsToCompute: isDrawn(random, 0.3) ? drawMagnitude(random, 1e-4, 1e-2) : 0,
    until: random.between(0.3, 0.95),
    stopsAt: isDrawn(random, 0.03) ? random.unit() : null,
  };
}
