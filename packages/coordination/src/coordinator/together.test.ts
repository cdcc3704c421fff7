import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import type { RunSettings } from "./settings.ts";
import { TestRun, tinySettings } from "./test-run.ts";

const settings = { ...tinySettings, recipe: { ...tinySettings.recipe, batchSize: 64 }, trainCount: 64 * 5000 };
/** After so many the first leases, of one shard each, are as good as forgotten. */
const MANY = 3500;

interface Device {
  readonly msPerSample: number;
  /** Both ways of a lease together. */
  readonly linkMs: number;
  readonly heldMs?: number;
  /** Times what it really takes. */
  readonly boasts?: number;
}

/** Devices that finish in their own time, until the step is taken. */
function train(devices: readonly Device[], toStep: number, run = new TestRun(settings)): TestRun {
  for (let peer = 1; peer <= devices.length; peer++) if (!run.state.workers.has(peer)) run.enter(peer);
  while (run.state.step < toStep) finishNext(run, devices);
  return run;
}

function finishNext(run: TestRun, devices: readonly Device[]): void {
  const finishing = [...run.state.workers.values()]
    .flatMap(({ peer, lease }) => {
      if (lease === null) return [];
      const { msPerSample, linkMs, heldMs = 0, boasts = 1 } = devices[peer - 1] as Device;
      const computeMs = lease.sampleCount * msPerSample;
      return [{ peer, lease, computeMs: computeMs * boasts, heldMs, at: lease.issuedAt + heldMs + linkMs + computeMs }];
    })
    .sort((a, b) => a.at - b.at);
  const { peer, lease, computeMs, heldMs, at } = finishing[0] as (typeof finishing)[number];
  run.now = at;
  if (run.state.round?.kind === "evaluate") run.evaluate(peer);
  else run.contribute(peer, { lease: lease.id, computeMs, heldMs });
}

const viewOf = (run: TestRun) => describeRun(run.state, run.now);

describe("where a worker's time goes", () => {
  test("[V8] is in shares that come to one: computing, sending, waiting, adding", () => {
    const run = train([{ msPerSample: 0.1, linkMs: 2, heldMs: 1.6 }], MANY);
    const [worker] = viewOf(run).workers;
    // 6.4 ms of computing, 2 on the way, 1.6 held up; there is always something to do for the only one.
    expect(worker?.time?.computing).toBeCloseTo(0.64, 2);
    expect(worker?.time?.sending).toBeCloseTo(0.2, 2);
    expect(worker?.time?.adding).toBeCloseTo(0.16, 2);
    expect(worker?.time?.waiting).toBe(0);
    expect(worker?.soloSamplesPerSecond).toBeCloseTo(10_000, 6);
  });

  test("[V8] has waiting while others still compute, also before that is over", () => {
    const run = train(
      [
        { msPerSample: 0.1, linkMs: 1 },
        { msPerSample: 0.5, linkMs: 1 },
      ],
      60,
    );
    const waiting = () => viewOf(run).workers.map(({ time }) => time?.waiting ?? Number.NaN);
    const [quick, slow] = waiting() as [number, number];
    expect(quick + slow).toBeGreaterThan(0);
    const idle = [...run.state.workers.values()].find(({ state }) => state === "ready");
    const before = waiting();
    run.now += 2000;
    const after = waiting();
    for (const [index, worker] of [...run.state.workers.values()].entries()) {
      if (worker === idle) expect(after[index]).toBeGreaterThan(before[index] as number);
      else expect(after[index]).toBe(before[index]);
    }
  });

  test("[V8] has no waiting from an evaluation, however long a worker is idle in it", () => {
    const device = { msPerSample: 0.1, linkMs: 2 };
    const devices = [device, device];
    const run = train(devices, 10, new TestRun({ ...settings, trainCount: 64 * 10, testCount: 16 }));
    expect(run.state.round?.kind).toBe("evaluate");
    const waiting = () => viewOf(run).workers.map(({ time }) => time?.waiting);
    // One of two shards is done; nobody does the other.
    finishNext(run, devices);
    const before = waiting();
    expect([...run.state.workers.values()].map(({ state }) => state)).toContain("ready");
    run.now += 60_000;
    expect(waiting()).toEqual(before);
  });

  test("[V8] does not go on while the run is paused", () => {
    const run = train([{ msPerSample: 0.1, linkMs: 2 }], 20);
    run.handle({ type: "message", peer: 99, message: { type: "control", action: "pause" } });
    finishNext(run, [{ msPerSample: 0.1, linkMs: 2 }]);
    expect(run.state.workers.get(1)?.state).toBe("ready");
    run.now += 60_000;
    expect(viewOf(run)).toMatchObject({ together: null, workers: [{ time: null, soloSamplesPerSecond: null }] });
    run.handle({ type: "message", peer: 99, message: { type: "control", action: "resume" } });
    finishNext(run, [{ msPerSample: 0.1, linkMs: 2 }]);
    expect(viewOf(run).workers[0]?.time?.waiting).toBe(0);
  });

  test("[V8] believes no worker that it computed for longer than its lease was out", () => {
    const run = train([{ msPerSample: 0.1, linkMs: 2, boasts: 1e6 }], MANY);
    const [worker] = viewOf(run).workers;
    expect(worker?.time).toMatchObject({ sending: 0, waiting: 0 });
    expect(worker?.soloSamplesPerSecond).toBeCloseTo(64_000 / 8.4, -1);
  });

  test("[V8] is unknown before the first result, and begins anew with another engine", () => {
    const run = new TestRun(settings);
    run.enter(1);
    expect(viewOf(run)).toMatchObject({ together: null, workers: [{ time: null, soloSamplesPerSecond: null }] });
    train([{ msPerSample: 0.1, linkMs: 2 }], 20, run);
    expect(viewOf(run).workers[0]?.time).not.toBeNull();
    run.ready(1, "quicker");
    expect(viewOf(run).workers[0]).toMatchObject({ time: null, soloSamplesPerSecond: null });
  });
});

describe("alone and together", () => {
  test("[V9] has the quickest device's solo speed beside what all do", () => {
    const device = { msPerSample: 1, linkMs: 1 };
    const run = train([device, { ...device, msPerSample: 1.25 }], 60);
    const { together, samplesPerSecond } = viewOf(run);
    expect(together).toMatchObject({ workerCount: 2, quickest: "worker 1" });
    expect(together?.aloneSamplesPerSecond).toBeCloseTo(1000, 6);
    expect(together?.mostSamplesPerSecond).toBeCloseTo(1800, 6);
    expect(together?.efficiency).toBeCloseTo(samplesPerSecond / 1800, 6);
    expect(samplesPerSecond).toBeGreaterThan(1000);
    expect(together?.sentence).toMatch(
      /^Together the 2 workers are 1\.\d times as quick as the quickest of them, worker 1, would be alone; \d\d% of what/,
    );
  });

  test("[V9] in sum each worker counts by its solo speed, so that computing's share is the efficiency", () => {
    const run = train(
      [
        { msPerSample: 0.1, linkMs: 3 },
        { msPerSample: 20, linkMs: 3 },
      ],
      MANY,
    );
    const { together, workers } = viewOf(run);
    expect(workers[1]?.time?.waiting).toBeGreaterThan(0.5);
    expect(together?.time.waiting).toBeLessThan(0.2);
    expect(together?.time.computing).toBeCloseTo(together?.efficiency ?? Number.NaN, 1);
  });

  test.each([
    ["sending", { msPerSample: 0.01, linkMs: 20 }, /take longer on their way/],
    ["adding", { msPerSample: 0.01, linkMs: 1, heldMs: 20 }, /this coordinator takes longer/],
  ])("[V9] says that together is slower when it is, and that it is for %s", (part, device, explanation) => {
    const { together } = viewOf(train([device, device], 60));
    expect(together?.sentence).toMatch(
      /^Together the 2 workers are slower than worker \d alone would be, at \d+% of its speed/,
    );
    expect(together?.sentence).toContain(`Most of the time goes into ${part} (`);
    expect(together?.sentence).toMatch(explanation);
  });

  test("[V9] says what helps: under each strategy what it allows", () => {
    const device = { msPerSample: 0.01, linkMs: 20 };
    const { state, now } = train([device, device], 60);
    const remedy = (change: Partial<RunSettings>) =>
      describeRun({ ...state, settings: { ...state.settings, ...change } }, now).together?.sentence;
    expect(remedy({})).toContain("Larger batches help, or the strategy local,");
    expect(remedy({ exact: true })).toMatch(/Larger batches help\.$/);
    const outer = { learningRate: 1, momentum: 0 };
    const strategy = { type: "local", localSteps: 4, outer, rateScaling: "linear" } as const;
    expect(remedy({ strategy })).toMatch(/More steps between two exchanges help \(--local-steps\)\.$/);
  });

  test("[V9] says so where more is computed for results that come too late than goes into any other part", () => {
    const device = { msPerSample: 1, linkMs: 1 };
    const { state, now } = train([device, device], 60);
    const workers = new Map(
      [...state.workers].map(([peer, worker]) => {
        const { timeSpent } = worker;
        return [peer, { ...worker, timeSpent: { ...timeSpent, inVain: 0.4 * timeSpent.computing } }];
      }),
    );
    const pace = state.pace.map((part) => ({ ...part, samples: 0.45 * part.samples }));
    const { together } = describeRun({ ...state, workers, pace }, now);
    expect(together?.sentence).toMatch(/Of the time, 3\d% is computed in vain: results come too late to count/);
  });

  test("[V9] a single worker has nobody to be held beside", () => {
    const { together } = viewOf(train([{ msPerSample: 0.1, linkMs: 1.6 }], MANY));
    expect(together?.sentence).toMatch(/^worker 1 is the only one so far, and computes for 80% of its time\./);
  });

  test("[V9] nobody counts who cannot work, and who has just left does not make it more than all", () => {
    const device = { msPerSample: 1, linkMs: 0 };
    const run = train([device, device], 40);
    run.say(2, { type: "leave", reason: "enough" });
    expect(viewOf(run).together).toMatchObject({ workerCount: 1, efficiency: 1 });
    run.say(1, { type: "availability", available: false });
    expect(viewOf(run).together).toBeNull();
  });

  test("[V9] the log hears of it at the end of an epoch, again only when it has changed", () => {
    const slow = { msPerSample: 0.01, linkMs: 20 };
    const run = train([slow, slow], 101, new TestRun({ ...settings, trainCount: 64 * 100, epochs: 2 }));
    const said = () =>
      run.effects.flatMap((effect) =>
        effect.type === "report" && effect.report.type === "log" && /^Together/.test(effect.report.entry.sentence)
          ? [effect.report.entry.level]
          : [],
      );
    expect(said()).toEqual(["warning"]);
    while (run.state.control === "running") finishNext(run, [slow, slow]);
    expect(said()).toEqual(["warning"]);
  });
});
