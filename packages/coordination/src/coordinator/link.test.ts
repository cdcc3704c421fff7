import { limits, type ToWorker } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import { refusalsIn, TestRun } from "./test-run.ts";

type Probe = Extract<ToWorker, { type: "probe" }>;

function probeIn(effects: ReturnType<TestRun["join"]>): Probe | undefined {
  for (const effect of effects) if (effect.type === "send" && effect.message.type === "probe") return effect.message;
  return undefined;
}

const answerTo = ({ probe, answerBytes }: Probe) =>
  ({ type: "probed", probe, padding: new Uint8Array(answerBytes) }) as const;

/** A worker that answers every probe after the round trip, and what its bytes take; the first ones so much later. */
function probed(run: TestRun, { roundTripMs, upMs, downMs, busyMs }: Record<string, number>): Probe[] {
  const probes = [];
  let probe = probeIn(run.join(1));
  while (probe !== undefined) {
    const isBusy = probes.length < 2 ? (busyMs as number) : 0;
    const passing =
      ((downMs as number) * probe.padding.length + (upMs as number) * probe.answerBytes) / limits.probeBytes;
    probes.push(probe);
    run.now += (roundTripMs as number) + passing + isBusy;
    probe = probeIn(run.say(1, answerTo(probe)));
  }
  return probes;
}

const linkOf = (run: TestRun) => describeRun(run.state, run.now).workers[0]?.link;

describe("the link of a worker that joins", () => {
  test("[W16] is measured by a few messages, one after the other", () => {
    const run = new TestRun();
    const probes = probed(run, { roundTripMs: 60, upMs: 26, downMs: 5, busyMs: 0 });
    expect(probes.map(({ probe }) => probe)).toEqual([0, 1, 2, 3, 4]);
    expect(linkOf(run)?.roundTripMs).toBeCloseTo(60, 6);
    expect(linkOf(run)?.downBytesPerSecond).toBeCloseTo((1000 * limits.probeBytes) / 5, 3);
    expect(linkOf(run)?.upBytesPerSecond).toBeCloseTo((1000 * limits.probeBytes) / 26, 3);
  });

  test("[W16] is not thought slow because the worker was busy with something else", () => {
    const run = new TestRun();
    probed(run, { roundTripMs: 2, upMs: 5, downMs: 5, busyMs: 300 });
    expect(linkOf(run)?.roundTripMs).toBeCloseTo(2, 6);
  });

  test("[W16] is never infinitely quick, nor slower than nothing", () => {
    const run = new TestRun();
    probed(run, { roundTripMs: 0, upMs: 0, downMs: 0, busyMs: 0 });
    for (const figure of Object.values(linkOf(run) ?? {})) {
      expect(figure).toBeGreaterThan(0);
      expect(figure).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });

  test("[W16] is unknown while probes are not answered, and nothing waits for them", () => {
    const run = new TestRun();
    run.enter(1);
    expect(linkOf(run)).toBeNull();
    expect(run.leaseOf(1).samples.length).toBeGreaterThan(0);
  });

  test("[W16] is not measured by answers that nobody asked for", () => {
    const run = new TestRun();
    const probe = probeIn(run.join(1)) as Probe;
    expect(refusalsIn(run.say(1, { ...answerTo(probe), probe: 4 }))).toEqual(["not-probed"]);
    expect(refusalsIn(run.say(1, { ...answerTo(probe), padding: new Uint8Array(1) }))).toEqual(["not-probed"]);
    run.say(1, answerTo(probe));
    expect(refusalsIn(run.say(1, answerTo(probe)))).toEqual(["not-probed"]);
    expect(linkOf(run)).toBeNull();
  });
});
