/** Each invariant of `local` can fail: a core with one fault is found out, and the report says what is wrong. */
import { type CoordinatorEffect, type CoordinatorState, coordinatorTransition } from "@convoy/coordination";
import type { LeaseMessage } from "@convoy/protocol";
import { expect, test } from "vitest";
import { floatsIn } from "./floats-in.ts";
import { simulate } from "./simulate.ts";
import type { Transition } from "./simulated-coordinator.ts";

type After = ReturnType<Transition>;
type Round = NonNullable<CoordinatorState["round"]>;

function changed(change: (after: After, before: CoordinatorState) => After): Transition {
  return (state, event) => change(coordinatorTransition(state, event), state);
}

function effectsChanged(change: (effect: CoordinatorEffect) => CoordinatorEffect[]): Transition {
  return changed(({ state, effects }) => ({ state, effects: effects.flatMap(change) }));
}

function leasesChanged(change: (message: LeaseMessage) => LeaseMessage): Transition {
  return effectsChanged((effect) =>
    effect.type === "send" && effect.message.type === "lease"
      ? [{ ...effect, message: change(effect.message) }]
      : [effect],
  );
}

function stretchesChanged(change: (stretch: NonNullable<LeaseMessage["stretch"]>) => LeaseMessage["stretch"]) {
  return leasesChanged((message) => ({ ...message, stretch: message.stretch && change(message.stretch) }));
}

/** Of rounds in which something has come. */
function roundsChanged(change: (round: Round, local: NonNullable<Round["local"]>) => Partial<Round>): Transition {
  return changed(({ state, effects }) => {
    const { round } = state;
    if (!round?.local || round.local.contributions.length === 0) return { state, effects };
    return { state: { ...state, round: { ...round, ...change(round, round.local) } }, effects };
  });
}

function isNextStretch(effect: CoordinatorEffect): boolean {
  return effect.type === "send" && effect.message.type === "next-stretch";
}

function isCounted(effect: CoordinatorEffect): effect is Extract<CoordinatorEffect, { type: "send" }> {
  return effect.type === "send" && effect.message.type === "counted";
}

function withLeases(state: CoordinatorState, change: (lease: Lease) => Lease): CoordinatorState {
  return { ...state, leases: new Map([...state.leases].map(([id, lease]) => [id, change(lease)])) };
}
type Lease = CoordinatorState["leases"] extends ReadonlyMap<number, infer Value> ? Value : never;

/** Lends whoever's stretch has counted another one, though the round goes on. */
function lendsTwice(): Transition {
  let newest: LeaseMessage | null = null;
  return changed(({ state, effects }) => {
    const counted = effects.find(isCounted);
    for (const effect of effects) {
      if (effect.type === "send" && effect.message.type === "lease") newest = effect.message;
    }
    const isClosed = effects.some(({ type }) => type === "update");
    if (counted === undefined || newest === null || isClosed) return { state, effects };
    const message = { ...newest, lease: state.lastLease + 1 };
    return { state, effects: [...effects, { type: "send", peer: counted.peer, message }] };
  });
}

const faults: [string, Transition, RegExp][] = [
  [
    "adds a change twice",
    effectsChanged((effect) => (effect.type === "accumulate" ? [effect, effect] : [effect])),
    /the change of lease \d+ was added twice/,
  ],
  [
    "counts a stretch twice",
    effectsChanged((effect) => (isCounted(effect) ? [effect, effect] : [effect])),
    /two stretches of peer \d+ count in one round|batch \d+ was counted twice/,
  ],
  [
    "[H2] adds changes in another order than that of their leases",
    effectsChanged((effect) =>
      effect.type === "accumulate" ? [{ ...effect, group: { level: 0, index: 4095 - effect.group.index } }] : [effect],
    ),
    /the changes of leases \d+ and \d+ are added in another order than theirs/,
  ],
  [
    "gives a change no place of its own",
    effectsChanged((effect) =>
      effect.type === "accumulate" ? [{ ...effect, group: { level: 1, index: 0 } }] : [effect],
    ),
    /the change of lease \d+ has no place of its own/,
  ],
  [
    "[H2] weighs all alike",
    effectsChanged((effect) => (effect.type === "accumulate" ? [{ ...effect, weight: 1 }] : [effect])),
    /the change of lease \d+ has the weight 1/,
  ],
  [
    "counts without adding",
    effectsChanged((effect) => (effect.type === "accumulate" ? [] : [effect])),
    /counts, but its change was not added/,
  ],
  [
    "[H2] divides by another number",
    effectsChanged((effect) =>
      effect.type === "update" ? [{ ...effect, sampleCount: effect.sampleCount + 1 }] : [effect],
    ),
    /version 1 divides by \d+ samples, and \d+ were added/,
  ],
  [
    "[H2] changes the parameters",
    effectsChanged((effect) =>
      effect.type === "accumulate"
        ? [{ ...effect, vector: floatsIn(effect.vector).map((value) => value * 1.0001) }]
        : [effect],
    ),
    /parameter \d+ of version 1 is .*, the average of what came gives/,
  ],
  [
    "[H3] does not wait for those who work",
    (state, event) => {
      const isOthers = (lease: Lease) => !("peer" in event) || lease.peer !== event.peer;
      const expired = (lease: Lease): Lease => (isOthers(lease) ? { ...lease, state: "expired" } : lease);
      return coordinatorTransition(event.type === "contribution" ? withLeases(state, expired) : state, event);
    },
    /version \d+ was published, though lease \d+ of peer \d+ is still out/,
  ],
  [
    "[H3] waits for nobody",
    changed(({ state, effects }) => {
      const { round } = state;
      if (!round?.local || round.local.contributions.length === 0) return { state, effects };
      const shards = round.shards.map((shard) => (shard === "leased" ? "open" : shard));
      const late = withLeases(state, (lease) => ({ ...lease, state: "expired" }));
      return { state: { ...late, round: { ...round, shards } }, effects };
    }),
    /the round of version \d+ stays open, and nobody is waited for/,
  ],
  ["[H5] lends a worker a second stretch", lendsTwice(), /peer \d+ is lent a second stretch, lease \d+, in one round/],
  [
    "[H1] lends batches that do not begin where a batch begins",
    stretchesChanged((stretch) => ({ ...stretch, position: stretch.position + 1 })),
    /does not name (batches of the epoch|whole batches)/,
  ],
  [
    "[H1] lends half a batch",
    stretchesChanged((stretch) => ({ ...stretch, sampleCount: Math.ceil(stretch.sampleCount / 2) })),
    /does not name whole batches/,
  ],
  [
    "[H3] lends what is counted",
    leasesChanged((message) => {
      const { stretch, version } = message;
      return version === 0 || stretch === null ? message : { ...message, stretch: { ...stretch, position: 0 } };
    }),
    /lease \d+ is for batch 0, which is counted/,
  ],
  [
    "[H9] has a batch taken in more steps",
    stretchesChanged((stretch) => ({ ...stretch, stepsPerBatch: 16 })),
    /lease 1 asks for 16 steps on a batch, and \d+ learn side by side/,
  ],
  [
    "[H9] makes the rate larger",
    stretchesChanged((stretch) => ({ ...stretch, rateFactor: 2 * stretch.rateFactor })),
    /lease 1 begins with step 1, its stride is \d+, and its rate \d+ times as large/,
  ],
  [
    "[H9] names another step",
    stretchesChanged((stretch) => ({ ...stretch, step: stretch.step + 1 })),
    /lease 1 begins with step 2, its stride is/,
  ],
  [
    "[H11] tells a worker of another stretch than it means",
    effectsChanged((effect) =>
      effect.type === "send" && effect.message.type === "next-stretch"
        ? [{ ...effect, message: { ...effect.message, position: effect.message.position + 1 } }]
        : [effect],
    ),
    /peer \d+ is told of another stretch than the coordinator means/,
  ],
  [
    "[H11] means the same stretch for two workers",
    changed(({ state, effects }) => {
      const announced = [...state.workers.values()].find((worker) => worker.announced !== null)?.announced ?? null;
      const workers = new Map([...state.workers].map(([peer, worker]) => [peer, { ...worker, announced }]));
      return { state: { ...state, workers }, effects: effects.filter((effect) => !isNextStretch(effect)) };
    }),
    /two workers were told of batch \d+ of epoch \d+/,
  ],
  [
    "[H7] reports another loss",
    effectsChanged((effect) =>
      effect.type === "report" && effect.report.type === "loss"
        ? [{ type: "report", report: { type: "loss", point: { ...effect.report.point, loss: 1 } } }]
        : [effect],
    ),
    /step 1 reports a loss of 1, and step 1 of .* is due/,
  ],
  [
    "[H7] leaves losses out",
    effectsChanged((effect) => (effect.type === "report" && effect.report.type === "loss" ? [] : [effect])),
    /\d+ steps of version 1 are kept back/,
  ],
  [
    "reports an epoch in the midst of it",
    changed(({ state, effects }) => {
      const point = { epoch: 1, step: 1, loss: 1, trainingAccuracy: 1, testLoss: 1, testAccuracy: 1, durationMs: 1 };
      const isEarly = state.version === 1 && effects.some(({ type }) => type === "update");
      const report: CoordinatorEffect = { type: "report", report: { type: "epoch", point } };
      return { state, effects: isEarly ? [...effects, report] : effects };
    }),
    /epoch 1 was reported before all its batches/,
  ],
  [
    "loses count of its batches",
    changed(({ state, effects }) => {
      const batches = state.epoch.batches + (state.version === 2 ? 1 : 0);
      return { state: { ...state, epoch: { ...state.epoch, batches } }, effects };
    }),
    /the state says step \d+ and \d+ batches, it is step \d+ and \d+/,
  ],
  [
    "takes a batch for done",
    roundsChanged(({ shards }) => ({ shards: shards.map((shard) => (shard === "open" ? "done" : shard)) })),
    /batch \d+ of version \d+ is done, and should be open/,
  ],
  [
    "keeps more than came",
    roundsChanged((_, local) => ({
      local: { ...local, contributions: [...local.contributions, ...local.contributions] },
    })),
    /\d+ changes of \d+ leases are kept, \d+ came/,
  ],
  [
    "has more leases than places",
    roundsChanged((_, local) => ({ local: { ...local, leaseCount: 5000 } })),
    /5000 leases have 4096 places/,
  ],
  [
    "[H8] saves another position",
    effectsChanged((effect) => {
      if (effect.type !== "checkpoint" || effect.position.epoch.open === null) return [effect];
      const epoch = { ...effect.position.epoch, open: [] };
      return [{ ...effect, position: { ...effect.position, epoch } }];
    }),
    /a checkpoint of version \d+ is wrong about batch \d+ of its epoch/,
  ],
  [
    "sets no alarm",
    changed(({ state, effects }) => ({ state: { ...state, wakeAt: null }, effects })),
    /nothing will happen when lease \d+ is late/,
  ],
  [
    "does not count what it should",
    (state, event) =>
      event.type === "contribution" && state.version === 2
        ? { state, effects: [] }
        : coordinatorTransition(state, event),
    /a valid result was not counted: the contribution of peer \d+/,
  ],
];

test.each(faults)("a coordinator that %s is found out", (_, transition, sentence) => {
  const options = { workers: 8, steps: 50, faults: "none", strategy: "local" } as const;
  let broken: string | null = null;
  for (let seed = 0; seed < 10 && broken === null; seed++) ({ broken } = simulate({ ...options, seed, transition }));
  expect(broken).toMatch(sentence);
});

/** Shows only in runs in which things go wrong. */
const rareFaults: [string, Transition, RegExp][] = [
  [
    "[H6] believes any number of steps",
    (state, event) => {
      if (event.type !== "contribution") return coordinatorTransition(state, event);
      const lease = state.leases.get(event.frame.lease);
      const stepLosses = new Array(lease === undefined ? 0 : lease.end - lease.first).fill(1);
      return coordinatorTransition(state, { ...event, stepLosses });
    },
    /a result counted that must not: the contribution of peer \d+|reports a loss of/,
  ],
  [
    "[H4] blames who is late",
    (state, event) => {
      const { state: after, effects } = coordinatorTransition(state, event);
      const late = effects.find((effect) => effect.type === "refuse" && effect.refusal.reason === "stale-version");
      if (late?.type !== "refuse") return { state: after, effects };
      const workers = new Map(after.workers);
      const worker = workers.get(late.peer);
      if (worker !== undefined) workers.set(late.peer, { ...worker, strikes: 1 });
      return { state: { ...after, workers }, effects };
    },
    /worker \d+ is blamed, though it is honest and its connection good/,
  ],
];

test.each(rareFaults)("a coordinator that %s is found out", (_, transition, sentence) => {
  let broken: string | null = null;
  for (let seed = 0; seed < 50 && broken === null; seed++)
    ({ broken } = simulate({ seed, workers: 20, steps: 40, faults: "all", strategy: "local", transition }));
  expect(broken).toMatch(sentence);
});

test.each([
  ["int8", /version \d+ goes down as fp16 in a run whose codec is int8/],
  ["auto", /version \d+ goes down as top-k in a run whose codec is auto/],
] as const)(
  "a coordinator that sends changes in a codec that nobody wanted is found out: %s",
  (downCodec, sentence) => {
    const codec = downCodec === "auto" ? "top-k" : "fp16";
    const transition = effectsChanged((effect) => [effect.type === "update" ? { ...effect, codec } : effect]);
    const options = { seed: 6, workers: 8, steps: 40, faults: "none", strategy: "local", downCodec } as const;
    expect(simulate({ ...options, transition }).broken).toMatch(sentence);
  },
);

test("a coordinator that takes a step in another codec than it then goes by is found out", () => {
  const transition = effectsChanged((effect) => [effect.type === "update" ? { ...effect, codec: "fp32" } : effect]);
  const options = { workers: 8, steps: 40, faults: "none", strategy: "local", downCodec: "auto", transition } as const;
  let broken: string | null = null;
  for (let seed = 0; seed < 20 && broken === null; seed++) ({ broken } = simulate({ ...options, seed }));
  expect(broken).toMatch(/a change leads from a version that was published/);
});
