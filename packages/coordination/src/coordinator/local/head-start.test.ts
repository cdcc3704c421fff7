/** What the coordinator makes of a worker that begins its stretches before they are lent. */
import { describe, expect, test } from "vitest";
import { policy } from "../policy.ts";
import { soloSpeed, type TimeSpent } from "../time-spent.ts";
import { adamOptimizer, entered, LocalRun, localSettings } from "./test-local-run.ts";

const WAY_MS = 40;
const STEP_MS = 10;

/** One worker, whose way takes long; with a head start, it computes while its last result and the next lease are on their way. */
function train(rounds: number, headStartMs: (stretchMs: number) => number) {
  const run = entered(1);
  let roundMs = 0;
  for (let round = 0; round < rounds; round++) {
    const steps = run.stepsOf(1);
    const { issuedAt } = run.state.workers.get(1)?.lease ?? { issuedAt: run.now };
    const headStart = round === 0 ? 0 : headStartMs(steps * STEP_MS);
    const computeMs = steps * STEP_MS;
    run.now = issuedAt + WAY_MS + computeMs - headStart;
    roundMs = run.now - issuedAt;
    run.contribute(1, {
      version: run.leaseOf(1).version,
      stepLosses: new Array(steps).fill(8),
      lossSum: 8 * steps,
      computeMs,
      headStartMs: headStart,
    });
  }
  const worker = run.state.workers.get(1);
  if (!worker?.stretchPace) throw new Error("its pace is known");
  return { run, worker, pace: worker.stretchPace, roundMs };
}

const totalOf = ({ computing, sending, waiting, adding }: TimeSpent) => computing + sending + waiting + adding;

describe("[H12] a head start", () => {
  test("is time in which its worker computed: pace and way are what they are without", () => {
    const waiting = train(6, () => 0);
    const ahead = train(6, (ms) => Math.min(ms, WAY_MS));
    expect(ahead.roundMs).toBe(waiting.roundMs - WAY_MS);
    expect(waiting.pace.msPerSample).toBeCloseTo(STEP_MS / 8, 6);
    expect(ahead.pace.msPerSample).toBeCloseTo(waiting.pace.msPerSample, 6);
    expect(ahead.pace.overheadMs).toBeCloseTo(waiting.pace.overheadMs, 6);
  });

  test("of a whole stretch leaves the way alone", () => {
    const [{ pace, roundMs }, waiting] = [train(6, (ms) => ms), train(6, () => 0)];
    expect(roundMs).toBe(WAY_MS);
    expect(pace.msPerSample).toBeCloseTo(STEP_MS / 8, 6);
    expect(pace.overheadMs).toBeCloseTo(waiting.pace.overheadMs, 6);
  });

  test("was neither sending nor waiting; what it would do alone stays the same", () => {
    const [waiting, ahead] = [
      train(6, () => 0).worker.timeSpent,
      train(6, (ms) => Math.min(ms, WAY_MS)).worker.timeSpent,
    ];
    expect(soloSpeed(ahead)).toBeCloseTo(soloSpeed(waiting) ?? 0, -1);
    expect(ahead.computing / totalOf(ahead)).toBeGreaterThan(waiting.computing / totalOf(waiting) + 0.2);
    // Each millisecond is in one part still.
    expect(totalOf(ahead)).toBeLessThanOrEqual(ahead.at);
    for (const part of [ahead.sending, ahead.waiting, ahead.adding]) expect(part).toBeGreaterThanOrEqual(0);
  });

  test.each([1e9, policy.mostHeadStartMs + 1])("of %d ms is not believed: a minute at most", (claimed) => {
    const run = entered(1);
    run.finish(1);
    const steps = run.stepsOf(1);
    run.now += 50;
    run.contribute(1, {
      version: run.leaseOf(1).version,
      stepLosses: new Array(steps).fill(8),
      lossSum: 8 * steps,
      computeMs: claimed,
      headStartMs: claimed,
    });
    const { stretchPace } = run.state.workers.get(1) ?? {};
    expect(stretchPace?.msPerSample).toBeLessThanOrEqual((policy.mostHeadStartMs + 50) / (8 * steps));
    expect(run.state.workers.get(1)?.timeSpent.computing).toBeLessThanOrEqual(run.now);
  });

  test("is not believed of a stretch that its worker was not told of", () => {
    const run = new LocalRun();
    run.enter(1);
    expect(run.stepsOf(1)).toBe(1);
    run.now += 50;
    const said = { stepLosses: [8], lossSum: 8, computeMs: 1000, headStartMs: 1000 };
    run.contribute(1, { version: run.leaseOf(1).version, ...said });
    expect(run.state.workers.get(1)?.stretchPace?.msPerSample).toBeLessThanOrEqual(50 / 8);
  });
});

describe("[H11] what is said of the stretch to come", () => {
  const toldTo = (run: LocalRun, peer: number) =>
    run.effects.flatMap(({ ...effect }) =>
      effect.type === "send" && effect.peer === peer && effect.message.type === "next-stretch" ? [effect.message] : [],
    );

  test("is the step that its first one is, if all that is lent now comes", () => {
    const run = entered(1, 2);
    const told = [1, 2].map((peer) => toldTo(run, peer).at(-1)?.step);
    run.finish(2);
    run.finish(1);
    expect([1, 2].map((peer) => run.stretchOf(peer).step)).toEqual(told);
    while (toldTo(run, 1).at(-1)?.epoch === 0) for (const peer of [1, 2]) run.finish(peer);
    expect(toldTo(run, 1).at(-1)).toMatchObject({ epoch: 1, step: 41 });
  });

  test.each([
    ["with momentum, all of it", localSettings.recipe.optimizer, 2, 1],
    ["with Adam, an eighth", adamOptimizer, 2, policy.headStartWithAdam],
    ["with Adam and nobody else, all of it", adamOptimizer, 1, 1],
  ] as const)("is how much of it may be begun: %s", (_, optimizer, workers, share) => {
    const run = new LocalRun({ recipe: { ...localSettings.recipe, optimizer } });
    const peers = Array.from({ length: workers }, (_, i) => i + 1);
    for (const peer of peers) run.enter(peer);
    run.settle(...peers);
    const told = toldTo(run, 1).at(-1);
    expect(told?.mayBegin).toBe(Math.floor(share * (told?.sampleCount ?? 0)));
  });
});
