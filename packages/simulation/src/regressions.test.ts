/** Seeds that once broke an invariant. When the simulation itself changes, they become seeds like any other. */
import { expect, test } from "vitest";
import { type SimulationOptions, simulate } from "./simulate.ts";

const kept: [string, Pick<SimulationOptions, "seed" | "workers" | "steps">][] = [
  // Two liars that came first were "most workers", and ended the run by saying that nothing is a number.
  ["newcomers without numbers end no run", { seed: 2, workers: 50, steps: 200 }],
  // A worker that pauses again and again in a round that others hold up left a lease behind each time.
  ["the leases of a round are bounded", { seed: 120, workers: 50, steps: 200 }],
];

test.each(kept)("%s", { timeout: 120_000 }, (_, options) => {
  expect(simulate({ ...options, faults: "all" }).broken).toBeNull();
});
