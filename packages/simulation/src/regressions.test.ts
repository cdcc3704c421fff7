/** Seeds that once broke an invariant. When the simulation itself changes, they become seeds like any other. */
import { expect, test } from "vitest";
import { type SimulationOptions, simulate } from "./simulate.ts";

const kept: [string, Pick<SimulationOptions, "seed" | "workers" | "steps" | "strategy">][] = [
  // Two liars that came first were "most workers", and ended the run by saying that nothing is a number.
  ["newcomers without numbers end no run", { seed: 2, workers: 50, steps: 200, strategy: "sync" }],
  // A worker that pauses again and again in a round that others hold up left a lease behind each time.
  ["the leases of a round are bounded", { seed: 120, workers: 50, steps: 200, strategy: "sync" }],
  // Nobody had a stretch, nothing had come, and the one worker was told to wait for the others.
  ["a round whose workers all gave up begins anew", { seed: 2, workers: 8, steps: 20, strategy: "local" }],
  // Two workers for a last batch: the rate was made twice as large for one of them.
  ["a rate grows with those who have something to do", { seed: 2, workers: 8, steps: 40, strategy: "local" }],
  // Its batches were lent again when a late stretch came, and nobody told the one who had them since.
  ["what a late stretch settles is revoked", { seed: 39, workers: 8, steps: 20, strategy: "local" }],
  // Twenty workers take steps twenty times as long as one alone: the first of them seemed to send nonsense.
  ["a change is as large as its steps are long", { seed: 24, workers: 50, steps: 200, strategy: "local" }],
];

test.each(kept)("%s", { timeout: 120_000 }, (_, options) => {
  expect(simulate({ ...options, faults: "all" }).broken).toBeNull();
});
