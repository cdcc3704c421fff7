import { describe, expect, test } from "vitest";
import { policy } from "./policy.ts";
import { fetchedVersions } from "./snapshots.ts";
import { refusalsIn, TestRun, tinySettings, typesIn } from "./test-run.ts";

/** AlexNet's. */
const large = { ...tinySettings, parameterCount: 57_044_810 };

const OLD = 1;
const NEW = 2;

/** Peer 1 works alone, peer 2 comes and is to fetch version 0. */
function withNewcomer(settings = large): TestRun {
  const run = new TestRun(settings);
  run.enter(OLD);
  run.say(OLD, { type: "fetched", version: 0 });
  run.enter(NEW);
  return run;
}

const stateOf = (run: TestRun, peer: number) => run.state.workers.get(peer)?.state;

/** The next version is published. */
function step(run: TestRun): void {
  const { version } = run.state;
  run.work(OLD, (state) => state.version > version);
}

describe("a newcomer to a large network", () => {
  test("[N1] is told to fetch the newest version, and is given nothing before it has", () => {
    const run = new TestRun(large);
    expect(typesIn(run.enter(OLD))).toContain("offer-parameters");
    expect(stateOf(run, OLD)).toBe("fetching");
    const effects = run.say(OLD, { type: "fetched", version: 0 });
    // Nothing goes ahead of the lease.
    expect(typesIn(effects)).toEqual(["send lease", "wake-at"]);
    expect(stateOf(run, OLD)).toBe("working");
  });

  test("[N1] gets the parameters of a small one ahead of its lease", () => {
    const run = new TestRun();
    expect(typesIn(run.enter(OLD))).toEqual(expect.arrayContaining(["send-parameters", "send lease"]));
    // The limit is on bytes of the frame.
    const counts = [(policy.snapshotBytes - 40) / 4, (policy.snapshotBytes - 40) / 4 + 1];
    const states = counts.map((parameterCount) => {
      const at = new TestRun({ ...tinySettings, parameterCount });
      at.enter(OLD);
      return stateOf(at, OLD);
    });
    expect(states).toEqual(["working", "fetching"]);
  });

  test("[N1] is no part of the crew while it fetches: the others take everything, round after round", () => {
    const run = withNewcomer();
    const alone = new TestRun(large);
    alone.enter(OLD);
    alone.say(OLD, { type: "fetched", version: 0 });
    for (let i = 0; i < 3; i++) {
      step(run);
      step(alone);
      expect(run.now).toBe(alone.now);
      expect(run.leaseOf(OLD)).toEqual(alone.leaseOf(OLD));
    }
    expect(stateOf(run, NEW)).toBe("fetching");
  });

  test("[N1] fetches while the run waits or is paused, too", () => {
    const run = new TestRun(large);
    run.say(99, { type: "control", action: "pause" });
    run.enter(NEW);
    expect(stateOf(run, NEW)).toBe("fetching");
    expect(typesIn(run.say(NEW, { type: "fetched", version: 0 }))).not.toContain("send lease");
    const effects = run.say(99, { type: "control", action: "resume" });
    expect(typesIn(effects)).toContain("send lease");
    expect(typesIn(effects)).not.toContain("send-parameters");
  });

  test("[N1] that gave a lease back gets the parameters anew, and says at once if it has them", () => {
    const run = withNewcomer();
    run.say(OLD, { type: "return-lease", lease: run.leaseOf(OLD).lease, reason: "no samples" });
    expect(stateOf(run, OLD)).toBe("fetching");
    run.say(OLD, { type: "fetched", version: 0 });
    expect(stateOf(run, OLD)).toBe("working");
  });
});

describe("a download that a newer version has overtaken", () => {
  test("[N2] is followed by one of the newest, and the version in hand is to be kept so long", () => {
    const run = withNewcomer();
    step(run);
    expect([...fetchedVersions(run.state)]).toEqual([0]);
    expect(typesIn(run.say(NEW, { type: "fetched", version: 0 }))).toEqual(["offer-parameters"]);
    expect([...fetchedVersions(run.state)]).toEqual([1]);
    const effects = run.say(NEW, { type: "fetched", version: 1 });
    expect(stateOf(run, NEW)).not.toBe("fetching");
    expect(typesIn(effects)).not.toContain("send-parameters");
    expect(run.state.workers.get(NEW)?.holdsVersion).toBe(1);
    expect(fetchedVersions(run.state).size).toBe(0);
  });

  test("[N2] [D1] by a single one is of use where changes are sent: the change goes ahead of its lease", () => {
    const run = withNewcomer({ ...large, downCodec: "int8" });
    step(run);
    run.say(OLD, { type: "availability", available: false });
    const effects = run.say(NEW, { type: "fetched", version: 0 });
    expect(typesIn(effects)).not.toContain("offer-parameters");
    expect(effects).toContainEqual({ type: "send-parameters", peer: NEW, form: "change" });
  });

  test("[N2] again and again ends with the parameters going ahead of a lease, as to the others", () => {
    const run = withNewcomer();
    for (let i = 0; i < policy.snapshotTries; i++) {
      expect(stateOf(run, NEW)).toBe("fetching");
      const { version } = run.state;
      step(run);
      // Failed or done, it comes too late.
      run.say(NEW, i === 0 ? { type: "fetch-failed", version, reason: "gone" } : { type: "fetched", version });
    }
    step(run);
    step(run);
    expect(run.effects).toContainEqual({ type: "send-parameters", peer: NEW, form: "whole" });
    expect(stateOf(run, NEW)).not.toBe("fetching");
  });
});

describe("a worker that cannot fetch", () => {
  test("[N3] gets the parameters over its socket from then on, and the log says why", () => {
    const run = withNewcomer();
    const effects = run.say(NEW, { type: "fetch-failed", version: 0, reason: "The answer was 404: a proxy's page" });
    const sentence =
      "worker 2 cannot fetch the parameters; they go over its socket: The answer was 404: a proxy's page";
    expect(effects).toContainEqual({
      type: "report",
      report: { type: "log", entry: { at: run.now, level: "warning", sentence } },
    });
    expect(run.state.workers.get(NEW)?.strikes).toBe(0);
    step(run);
    step(run);
    expect(run.effects).toContainEqual({ type: "send-parameters", peer: NEW, form: "whole" });
  });
});

describe("what a worker says of a download", () => {
  test("[N9] is refused when it was told nothing, or something older", () => {
    for (const type of ["fetched", "fetch-failed"] as const) {
      const small = new TestRun();
      small.enter(OLD);
      const run = withNewcomer();
      const said = (version: number) => ({ type, version, reason: "none" }) as never;
      expect(refusalsIn(small.say(OLD, said(0)))).toEqual(["malformed"]);
      expect(refusalsIn(run.say(NEW, said(1)))).toEqual(["malformed"]);
      expect([small.state.workers.get(OLD)?.strikes, run.state.workers.get(NEW)?.strikes]).toEqual([1, 1]);
      expect(stateOf(run, NEW)).toBe("fetching");
    }
  });

  test("[N9] changes nothing when it is known, or of an earlier version than it was told last", () => {
    const run = withNewcomer();
    run.say(NEW, { type: "fetched", version: 0 });
    const before = run.state;
    expect(run.say(NEW, { type: "fetched", version: 0 })).toEqual([]);
    expect(run.state).toEqual(before);
    const other = withNewcomer();
    other.say(NEW, { type: "availability", available: false });
    step(other);
    other.say(NEW, { type: "availability", available: true });
    expect(other.say(NEW, { type: "fetched", version: 0 })).toEqual([]);
    expect(stateOf(other, NEW)).toBe("fetching");
  });

  test("[N9] counts while it is paused: when it resumes it holds what it has", () => {
    const run = withNewcomer();
    run.say(NEW, { type: "availability", available: false });
    expect(fetchedVersions(run.state).size).toBe(0);
    run.say(NEW, { type: "fetched", version: 0 });
    expect(stateOf(run, NEW)).toBe("paused");
    const effects = run.say(NEW, { type: "availability", available: true });
    expect(typesIn(effects)).not.toContain("offer-parameters");
    expect(typesIn(effects)).not.toContain("send-parameters");
  });
});
