import { bench, describe } from "vitest";
import { samplesOf } from "./named-samples.ts";
import type { Lease, Round } from "./state.ts";
import { TestRun, tinySettings } from "./test-run.ts";

/** Whole rounds of 64 shards, a message at a time, each worker as quick as the others. */
function trainingRun(workerCount: number): TestRun {
  const run = new TestRun({
    ...tinySettings,
    recipe: { ...tinySettings.recipe, batchSize: 512 },
    epochs: 100_000,
    trainCount: 512 * 64,
  });
  for (let peer = 1; peer <= workerCount; peer++) run.enter(peer);
  return run;
}

/** One event: the next worker in turn contributes what it has in hand. */
function contributeNext(run: TestRun, turn: { next: number }, workerCount: number): void {
  for (let tries = 0; tries <= workerCount; tries++) {
    turn.next = (turn.next % workerCount) + 1;
    const lease = run.state.workers.get(turn.next)?.lease;
    if (!lease) continue;
    run.effects.length = 0;
    run.now += 1;
    if (run.state.round?.kind === "evaluate") run.evaluate(turn.next, undefined, namedBy(run, lease.id));
    else run.contribute(turn.next, { lease: lease.id });
    return;
  }
  throw new Error("nobody has a lease");
}

function namedBy({ state }: TestRun, id: number) {
  const [round, lease] = [state.round as Round, state.leases.get(id) as Lease];
  return { lease: id, version: state.version, samples: [...samplesOf(round, lease)] };
}

describe("a contribution to the coordinator's state machine", () => {
  for (const workerCount of [1, 50, 1000]) {
    const run = trainingRun(workerCount);
    const turn = { next: 0 };
    bench(`${workerCount} workers`, () => contributeNext(run, turn, workerCount), { time: 1000 });
  }
});
