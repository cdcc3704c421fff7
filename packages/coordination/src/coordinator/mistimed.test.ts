/** Every message in every state of whoever sends it: what is accepted, what is refused and why. */
import type { ControlAction } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import type { CoordinatorEffect } from "./effect.ts";
import { policy } from "./policy.ts";
import { refusalsIn, TestRun, typesIn } from "./test-run.ts";

/** Whom it comes from. Peer 2 is a worker with a lease in its hands. */
const PEER = 1;
const OTHER = 2;
const NEVER_GIVEN = 999;

const senders = {
  stranger: () => {},
  registered: (run) => run.join(PEER),
  proving(run) {
    run.join(PEER);
    run.say(PEER, { type: "proving", engine: "tfjs-wasm" });
  },
  fetching(run) {
    run.state = { ...run.state, snapshotBytes: 0 };
    run.enter(PEER);
  },
  ready(run) {
    run.say(99, { type: "control", action: "pause" });
    run.enter(PEER);
  },
  working: (run) => run.enter(PEER),
  suspect(run) {
    run.enter(PEER);
    run.tick(policy.trialDeadlineMs);
  },
  paused(run) {
    run.enter(PEER);
    run.say(PEER, { type: "availability", available: false });
  },
  left(run) {
    run.enter(PEER);
    run.say(PEER, { type: "leave", reason: "enough" });
  },
} satisfies Record<string, (run: TestRun) => unknown>;
type Sender = keyof typeof senders;

const outcome = { computeMs: 1, predictions: new Uint8Array(80) };
const messages = {
  join: (run) => run.join(PEER),
  proving: (run) => run.say(PEER, { type: "proving", engine: "tfjs-cpu" }),
  ready: (run) => run.ready(PEER),
  decline: (run) => run.say(PEER, { type: "decline", reason: "no engine" }),
  leave: (run) => run.say(PEER, { type: "leave", reason: "enough" }),
  "availability: true": (run) => run.say(PEER, { type: "availability", available: true }),
  "availability: false": (run) => run.say(PEER, { type: "availability", available: false }),
  control: (run) => run.say(PEER, { type: "control", action: "pause" }),
  "fetched, never told": (run) => run.say(PEER, { type: "fetched", version: NEVER_GIVEN }),
  "fetch-failed, never told": (run) => run.say(PEER, { type: "fetch-failed", version: NEVER_GIVEN, reason: "none" }),
  fetched: (run) => run.say(PEER, { type: "fetched", version: 0 }),
  "fetch-failed": (run) => run.say(PEER, { type: "fetch-failed", version: 0, reason: "none" }),
  "request-samples of no lease": (run) => run.say(PEER, { type: "request-samples", lease: NEVER_GIVEN, samples: [0] }),
  "request-samples of another's": (run) =>
    run.say(PEER, { type: "request-samples", lease: run.leaseOf(OTHER).lease, samples: [0] }),
  "contribution to no lease": (run) => run.contribute(PEER, { lease: NEVER_GIVEN }),
  "contribution to no lease nor version": (run) => run.contribute(PEER, { lease: NEVER_GIVEN, version: 77 }),
  "contribution to another's": (run) => run.contribute(PEER, { lease: run.leaseOf(OTHER).lease }),
  "evaluation of no lease": (run) => run.say(PEER, { type: "evaluation", lease: NEVER_GIVEN, version: 0, ...outcome }),
  "evaluation of another's": (run) =>
    run.say(PEER, { type: "evaluation", lease: run.leaseOf(OTHER).lease, version: 0, ...outcome }),
  "return-lease of no lease": (run) => run.say(PEER, { type: "return-lease", lease: NEVER_GIVEN, reason: "no" }),
  "return-lease of another's": (run) =>
    run.say(PEER, { type: "return-lease", lease: run.leaseOf(OTHER).lease, reason: "no" }),
} satisfies Record<string, (run: TestRun) => CoordinatorEffect[]>;
type Message = keyof typeof messages;

/** "accepted" changes something; "so already" is in order and changes nothing; all else is the reason of a refusal. */
const ofWorkers = (answer: string): Record<Sender, string> => ({
  stranger: "not-joined",
  registered: answer,
  proving: answer,
  fetching: answer,
  ready: answer,
  working: answer,
  suspect: answer,
  paused: answer,
  left: "not-joined",
});
const proven = {
  fetching: "already-ready",
  ready: "already-ready",
  working: "already-ready",
  suspect: "already-ready",
  paused: "already-ready",
};
const answers: Record<Message, Record<Sender, string>> = {
  join: { ...ofWorkers("already-joined"), stranger: "accepted", left: "accepted" },
  proving: { ...ofWorkers("accepted"), ...proven },
  ready: { ...ofWorkers("accepted"), ...proven },
  decline: ofWorkers("accepted"),
  leave: ofWorkers("accepted"),
  "availability: true": { ...ofWorkers("so already"), paused: "accepted" },
  "availability: false": { ...ofWorkers("accepted"), paused: "so already" },
  control: { ...ofWorkers("not-allowed"), stranger: "accepted", left: "accepted", ready: "not-allowed" },
  "fetched, never told": ofWorkers("malformed"),
  "fetch-failed, never told": ofWorkers("malformed"),
  fetched: { ...ofWorkers("malformed"), fetching: "accepted" },
  "fetch-failed": { ...ofWorkers("malformed"), fetching: "accepted" },
  "request-samples of no lease": ofWorkers("unknown-lease"),
  "request-samples of another's": ofWorkers("not-your-lease"),
  "contribution to no lease": ofWorkers("unknown-lease"),
  "contribution to no lease nor version": ofWorkers("unknown-lease"),
  "contribution to another's": ofWorkers("not-your-lease"),
  "evaluation of no lease": ofWorkers("unknown-lease"),
  "evaluation of another's": ofWorkers("not-your-lease"),
  "return-lease of no lease": ofWorkers("unknown-lease"),
  "return-lease of another's": ofWorkers("not-your-lease"),
};

function runWith(sender: Sender): TestRun {
  const run = new TestRun();
  run.enter(OTHER);
  senders[sender](run);
  return run;
}

const essence = ({ state: { wakeAt: _, ...state } }: TestRun) => structuredClone(state);

describe.each(Object.keys(answers) as Message[])("[W14] %s", (message) => {
  test.each(Object.entries(answers[message]) as [Sender, string][])("from who is %s: %s", (sender, answer) => {
    const run = runWith(sender);
    const before = essence(run);
    const others = structuredClone(run.state.workers.get(OTHER));
    const effects = messages[message](run);
    if (answer === "accepted") {
      expect(refusalsIn(effects)).toEqual([]);
      expect(essence(run)).not.toEqual(before);
    } else if (answer === "so already") {
      expect(effects).toEqual([]);
      expect(essence(run)).toEqual(before);
    } else {
      expect(refusalsIn(effects)).toEqual([answer]);
      for (const effect of effects)
        if (effect.type === "refuse") expect(effect.refusal.sentence).toMatch(/^["A-Z].{20,}\.$/);
      expect(run.state.workers.get(OTHER)).toEqual(others);
      expect(run.state.round).toEqual(before.round);
    }
  });
});

test("[W13] who leaves or declines is disconnected", () => {
  for (const goodbye of ["leave", "decline"] as const) {
    const run = runWith("working");
    expect(typesIn(run.say(PEER, { type: goodbye, reason: "enough" }))).toContain("disconnect");
  }
});

test("[L11] [W9] who names leases that were never given, or another's, is sent away", () => {
  const wrongs = Object.keys(messages).filter((name) => name.includes("no lease") || name.includes("another's"));
  expect(wrongs).toHaveLength(9);
  for (const wrong of wrongs as Message[]) {
    const run = runWith("working");
    const reasons = [1, 2, 3].flatMap(() => refusalsIn(messages[wrong](run)));
    expect([wrong, reasons.at(-1)]).toEqual([wrong, "sent-away"]);
  }
});

test("[W9] who is sent away hears for what", () => {
  const run = runWith("working");
  const effects = [1, 2, 3].flatMap(() => run.ready(PEER));
  const sentences = effects.flatMap((effect) => (effect.type === "refuse" ? [effect.refusal.sentence] : []));
  expect(sentences.at(-1)).toBe(
    "This worker was sent away after 3 refusals in a row; reload the page to try again. The last of them: it says ready twice.",
  );
});

test("[L8] samples of a lease that was settled in the meantime are refused, without blame", () => {
  const run = runWith("working");
  const { lease, samples } = run.leaseOf(PEER);
  run.contribute(PEER);
  const effects = run.say(PEER, { type: "request-samples", lease, samples });
  expect(refusalsIn(effects)).toEqual(["unknown-lease"]);
  expect(typesIn(effects)).not.toContain("send-samples");
  expect(run.state.workers.get(PEER)?.strikes).toBe(0);
});

describe("[V4] control of a run", () => {
  const states = {
    waiting: () => new TestRun(),
    training: () => runWith("working"),
    evaluating() {
      const run = new TestRun();
      run.enter(PEER);
      run.work(PEER, (state) => state.round?.kind === "evaluate");
      return run;
    },
    paused: () => runWith("ready"),
    finished() {
      const run = new TestRun();
      run.enter(PEER);
      run.work(PEER, (state) => state.control === "finished");
      return run;
    },
    stopped() {
      const run = new TestRun();
      run.say(99, { type: "control", action: "stop" });
      return run;
    },
  } satisfies Record<string, () => TestRun>;

  /** What the run is then, or why that is refused. */
  const answers: Record<keyof typeof states, Record<ControlAction, string>> = {
    waiting: { pause: "paused", resume: "running", stop: "stopped" },
    training: { pause: "paused", resume: "running", stop: "stopped" },
    evaluating: { pause: "paused", resume: "running", stop: "stopped" },
    paused: { pause: "paused", resume: "running", stop: "stopped" },
    finished: { pause: "run-ended", resume: "run-ended", stop: "run-ended" },
    stopped: { pause: "run-ended", resume: "run-ended", stop: "stopped" },
  };

  test.each(Object.keys(answers) as (keyof typeof states)[])("that is %s", (state) => {
    for (const [action, answer] of Object.entries(answers[state]) as [ControlAction, string][]) {
      const run = states[state]();
      const { control } = run.state;
      const effects = run.say(99, { type: "control", action });
      const seen = refusalsIn(effects)[0] ?? run.state.control;
      expect([action, seen]).toEqual([action, answer]);
      if (run.state.control === control) expect(typesIn(effects)).not.toContain("report");
    }
  });
});
