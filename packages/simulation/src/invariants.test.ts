/** Each invariant can fail: a core with one fault is found out, and the report says what is wrong. */
import { type CoordinatorEffect, type CoordinatorState, coordinatorTransition } from "@convoy/coordination";
import { expect, test } from "vitest";
import { floatsIn } from "./floats-in.ts";
import { Invariants } from "./invariants.ts";
import { simulate } from "./simulate.ts";
import type { Transition } from "./simulated-coordinator.ts";
import { simulateSync } from "./simulated-training.ts";
import { SingleProcessRun } from "./single-process-run.ts";
import { tinyTraining } from "./tiny-training.ts";

type After = ReturnType<Transition>;
type Effect<Type extends CoordinatorEffect["type"]> = Extract<CoordinatorEffect, { type: Type }>;

/** The real core, with what it decides changed. */
function changed(change: (after: After, before: CoordinatorState) => After): Transition {
  return (state, event) => change(coordinatorTransition(state, event), state);
}

/** The real core until some steps are done, and then with what it decides changed. */
function changedAt(step: number, change: (after: After, before: CoordinatorState) => After): Transition {
  return changed((after, before) => (before.step >= step ? change(after, before) : after));
}

function effectsChanged(change: (effect: CoordinatorEffect) => CoordinatorEffect[]): Transition {
  return changed(({ state, effects }) => ({ state, effects: effects.flatMap(change) }));
}

function isCounted(effect: CoordinatorEffect): effect is Effect<"send"> {
  return effect.type === "send" && effect.message.type === "counted";
}

function withWorkers(state: CoordinatorState, change: (worker: Worker) => Worker): CoordinatorState {
  return { ...state, workers: new Map([...state.workers].map(([peer, worker]) => [peer, change(worker)])) };
}
type Worker = CoordinatorState["workers"] extends ReadonlyMap<number, infer Value> ? Value : never;

const faults: [string, Transition, RegExp][] = [
  [
    "adds a gradient twice",
    effectsChanged((effect) => (effect.type === "accumulate" ? [effect, effect] : [effect])),
    /the gradient of lease \d+ was added twice/,
  ],
  [
    "counts a result twice",
    effectsChanged((effect) => (isCounted(effect) ? [effect, effect] : [effect])),
    /its gradient was not added|shard \d+ of version \d+ was counted twice/,
  ],
  [
    "adds a gradient in another's place",
    effectsChanged((effect) =>
      effect.type === "accumulate" ? [{ ...effect, group: { level: 0, index: effect.group.index ^ 1 } }] : [effect],
    ),
    /was added in the place of another/,
  ],
  [
    "counts without adding",
    effectsChanged((effect) => (effect.type === "accumulate" ? [] : [effect])),
    /counts, but its gradient was not added/,
  ],
  [
    "does not count what it should",
    (state, event) =>
      event.type === "contribution" && state.step === 2 ? { state, effects: [] } : coordinatorTransition(state, event),
    /a valid result was not counted: the contribution of peer \d+/,
  ],
  [
    "puts a sample into the confusion matrix twice",
    changed(({ state, effects }) => {
      const { evaluation } = state;
      if (!evaluation?.confusion) return { state, effects };
      const confusion = evaluation.confusion.with(0, (evaluation.confusion[0] as number) + 1);
      return { state: { ...state, evaluation: { ...evaluation, confusion } }, effects };
    }),
    /\d+ samples, \d+ of them right, are in the confusion matrix after epoch 1/,
  ],
  [
    "goes back a version",
    changedAt(3, ({ state, effects }) => ({ state: { ...state, version: state.version - 1 }, effects })),
    /the version went back from 3 to 2/,
  ],
  [
    "goes back a step",
    changedAt(3, ({ state, effects }) => ({ state: { ...state, step: state.step - 1 }, effects })),
    /the step went back from 3 to 2/,
  ],
  [
    "loses a shard",
    changed(({ state, effects }) => {
      const { round } = state;
      if (round === null || !round.shards.includes("done")) return { state, effects };
      const shards = round.shards.map((shard) => (shard === "done" ? "open" : shard));
      return { state: { ...state, round: { ...round, shards } }, effects };
    }),
    /shard \d+ of version \d+ is open, and should be done/,
  ],
  [
    "publishes without a shard",
    changed((after) => {
      const counts = after.effects.some(isCounted);
      const update: CoordinatorEffect = {
        type: "update",
        codec: "fp32",
        version: after.state.version + 1,
        sampleCount: 64,
      };
      return counts ? { ...after, effects: [...after.effects, update] } : after;
    }),
    /version \d+ was published without shard \d+|version \d+ divides by|version \d+ follows version/,
  ],
  [
    "divides by another number",
    effectsChanged((effect) =>
      effect.type === "update" ? [{ ...effect, sampleCount: effect.sampleCount + 1 }] : [effect],
    ),
    /divides by \d+ samples, its batch has \d+/,
  ],
  [
    "gives a shard to two",
    changed(({ state, effects }) => {
      const lease = effects.find(
        (effect): effect is Effect<"send"> => effect.type === "send" && effect.message.type === "lease",
      );
      const idle = [...state.workers.values()].find((worker) => worker.state === "ready");
      if (lease?.message.type !== "lease" || idle === undefined) return { state, effects };
      const id = state.lastLease + 1;
      const given = state.leases.get(lease.message.lease);
      if (given === undefined) return { state, effects };
      return {
        state: {
          ...state,
          lastLease: id,
          leases: new Map(state.leases).set(id, { ...given, id, peer: idle.peer }),
          workers: new Map(state.workers).set(idle.peer, {
            ...idle,
            state: "working",
            lease: { id, kind: lease.message.kind, sampleCount: given.sampleCount, issuedAt: given.issuedAt },
          }),
        },
        effects: [...effects, { ...lease, peer: idle.peer, message: { ...lease.message, lease: id } }],
      };
    }),
    /shard \d+ is in two active leases: \d+ and \d+/,
  ],
  [
    "forgets a lease that is out",
    changedAt(2, ({ state, effects }) => ({ state: { ...state, leases: new Map() }, effects })),
    /shard \d+ of version \d+ is leased, and should be open/,
  ],
  [
    "leases other samples",
    effectsChanged((effect) =>
      effect.type === "send" && effect.message.type === "lease"
        ? [{ ...effect, message: { ...effect.message, samples: [...effect.message.samples].reverse() } }]
        : [effect],
    ),
    /does not name (whole shards|consecutive samples of the batch)/,
  ],
  [
    "sets no alarm",
    changed(({ state, effects }) => ({ state: { ...state, wakeAt: null }, effects })),
    /nothing will happen when lease \d+ is late/,
  ],
  [
    "changes the parameters",
    effectsChanged((effect) =>
      effect.type === "accumulate"
        ? [{ ...effect, vector: floatsIn(effect.vector).map((value) => value * 1.0001) }]
        : [effect],
    ),
    /parameter \d+ of version 1 is .*, a single process has/,
  ],
  [
    "reports another loss",
    effectsChanged((effect) =>
      effect.type === "report" && effect.report.type === "loss"
        ? [{ type: "report", report: { type: "loss", point: { ...effect.report.point, loss: 1 } } }]
        : [effect],
    ),
    /step 1 reports a loss of 1, a single process has/,
  ],
  [
    "keeps everyone who left",
    changed(({ state, effects }, before) => ({
      state: { ...state, workers: new Map([...before.workers, ...state.workers, ...manyWho(before)]) },
      effects,
    })),
    /\d+ workers are kept, more than the 1000 that may join/,
  ],
  [
    "stands still",
    (state, event) => (state.step >= 3 ? { state, effects: [] } : coordinatorTransition(state, event)),
    /a valid result was not counted|nothing was counted for \d+ s/,
  ],
  [
    "gives no leases any more",
    (state, event) =>
      event.type === "message" && event.message.type === "ready"
        ? { state, effects: [] }
        : coordinatorTransition(state, event),
    /nothing was counted for \d+ s, though every fault is over and an honest worker is there/,
  ],
  [
    "saves another position than the parameters'",
    effectsChanged((effect) =>
      effect.type === "checkpoint"
        ? [
            {
              ...effect,
              position: { ...effect.position, version: effect.position.version - 1, step: effect.position.step - 1 },
            },
          ]
        : [effect],
    ),
    /a checkpoint says version \d+ and holds the parameters of version \d+/,
  ],
  [
    "blames the honest",
    changed(({ state, effects }) => ({ state: withWorkers(state, (worker) => ({ ...worker, strikes: 1 })), effects })),
    /worker \d+ is blamed, though it is honest and its connection good/,
  ],
  [
    "says what the protocol does not know",
    effectsChanged((effect) =>
      effect.type === "send" && effect.message.type === "lease"
        ? [{ ...effect, message: { ...effect.message, allowedMs: -1 } }]
        : [effect],
    ),
    /a message "lease" breaks the protocol: .*allowedMs/,
  ],
  [
    "is stopped by nobody",
    changedAt(3, ({ state, effects }) => ({
      state: { ...state, control: "stopped", round: null, ending: "So." },
      effects,
    })),
    /the run was stopped, and nobody wanted that: So\./,
  ],
  [
    "is finished too soon",
    changedAt(3, ({ state, effects }) => ({ state: { ...state, control: "finished", round: null }, effects })),
    /the run is finished after 3 of 20 steps/,
  ],
  [
    "fails",
    changedAt(3, () => {
      throw new Error("a fault of its own");
    }),
    /the core failed: Error: a fault of its own/,
  ],
];

function manyWho(state: CoordinatorState): [number, Worker][] {
  const one = [...state.workers.values()][0];
  return one === undefined
    ? []
    : Array.from({ length: 1100 }, (_, i) => [-i - 1, { ...one, state: "left", lease: null }]);
}

test.each(faults)("a coordinator that %s is found out", (_, transition, sentence) => {
  const report = simulate({ seed: 6, workers: 8, steps: 20, faults: "none", strategy: "sync", transition });
  expect(report.broken).toMatch(sentence);
});

/** Shows only in runs in which things go wrong. */
const rareFaults: [string, Transition, RegExp][] = [
  [
    "counts what is stale",
    effectsChanged((effect) =>
      effect.type === "refuse" && effect.refusal.reason === "already-counted"
        ? [
            {
              type: "send",
              peer: effect.peer,
              message: { type: "counted", lease: effect.refusal.lease ?? 1, sampleCount: 8 },
            },
          ]
        : [effect],
    ),
    /counts for peer \d+, who does not have it|its gradient was not added/,
  ],
  [
    "mixes engines in an exact run",
    (state, event) => coordinatorTransition({ ...state, settings: { ...state.settings, exact: false } }, event),
    /leases of one exact run go to engine \S+ after/,
  ],
];

test("[D1] a coordinator that sends a change to whoever does not hold the version before is found out", () => {
  const transition = changedAt(3, ({ state, effects }) => ({
    state,
    effects: effects.map((effect) => (effect.type === "send-parameters" ? { ...effect, form: "change" } : effect)),
  }));
  const options = { workers: 8, steps: 40, faults: "all", strategy: "sync", downCodec: "int8", transition } as const;
  let broken: string | null = null;
  for (let seed = 0; seed < 20 && broken === null; seed++) ({ broken } = simulate({ ...options, seed }));
  expect(broken).toMatch(/worker \d+ is blamed, though it is honest and its connection good|nothing was counted/);
});

test("a worker that computes with other parameters than were published is found out", () => {
  const run = simulateSync(new SingleProcessRun(tinyTraining(0, 3)));
  const invariants = new Invariants(run);
  const frame = { run: "0", version: 0, lease: 0 };
  invariants.published(0, run.initial);
  invariants.computes({ ...frame, vector: run.initial.slice() });
  for (const wrong of [
    { ...frame, vector: run.initial.map((value) => value * 1.0001) },
    { ...frame, vector: run.initial, version: 1 },
  ])
    expect(() => invariants.computes(wrong)).toThrow(/computes with other parameters than were published/);
});

test.each(rareFaults)("a coordinator that %s is found out", (_, transition, sentence) => {
  let broken: string | null = null;
  for (let seed = 0; seed < 50 && broken === null; seed++)
    ({ broken } = simulate({ seed, workers: 20, steps: 20, faults: "all", strategy: "sync", transition }));
  expect(broken).toMatch(sentence);
});

test("the real coordinator, in the same run, is not", () => {
  expect(simulate({ seed: 6, workers: 8, steps: 20, faults: "none", strategy: "sync" }).broken).toBeNull();
});
