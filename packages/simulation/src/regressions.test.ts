/** Seeds that once broke an invariant. When the simulation itself changes, they become seeds like any other. */
import { expect, test } from "vitest";
import { type SimulationOptions, simulate } from "./simulate.ts";

const kept: [string, Pick<SimulationOptions, "seed" | "workers" | "steps" | "strategy">][] = [
  // Two liars that came first were "most workers", and ended the run by saying that nothing is a number.
  ["newcomers without numbers end no run", { seed: 2, workers: 50, steps: 200, strategy: "sync" }],
  // A worker that pauses again and again in a round that others hold up left a lease behind each time.
  ["the leases of a round are bounded", { seed: 120, workers: 50, steps: 200, strategy: "sync" }],
  // Two workers for a last batch: the rate was made twice as large for one of them.
  ["a rate grows with those who have something to do", { seed: 1, workers: 8, steps: 40, strategy: "local" }],
  // Its batches were lent again when a late stretch came, and nobody told the one who had them since.
  ["what a late stretch settles is revoked", { seed: 2, workers: 8, steps: 40, strategy: "local" }],
  // Twenty workers take steps twenty times as long as one alone: the first of them seemed to send nonsense.
  ["a change is as large as its steps are long", { seed: 4, workers: 20, steps: 60, strategy: "local" }],
  // Nobody had a stretch, nothing had come, and those who could were told to wait for the others.
  ["a round whose workers all gave up begins anew", { seed: 26, workers: 20, steps: 60, strategy: "local" }],
  // A slow worker that had been alone planned a round of minutes, and seven newcomers waited for it.
  ["newcomers do not wait for one that was alone", { seed: 50_625, workers: 8, steps: 60, strategy: "local" }],
  // One newcomer after the other had a minute for the last batch of an epoch, and all others waited.
  ["the last batch is not left to one newcomer", { seed: 88, workers: 8, steps: 40, strategy: "local" }],
];

test.each(kept)("%s", { timeout: 120_000 }, (_, options) => {
  expect(simulate({ ...options, faults: "all" }).broken).toBeNull();
});
