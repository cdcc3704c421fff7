import { limits, refusalReasons } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";
import { leasesIn, RUN, refusalsIn, TestRun, typesIn } from "./test-run.ts";

describe("joining", () => {
  test("[W1] a join is answered with a welcome that has the run and the recipe", () => {
    const run = new TestRun();
    const [welcome] = run.join(1).filter((effect) => effect.type === "send");
    expect(welcome).toMatchObject({ peer: 1, message: { type: "welcome", worker: "w1", name: "worker 1", run: RUN } });
    expect(JSON.parse(JSON.stringify(welcome))).toHaveProperty("message.recipe.name", "lenet5-mnist");
  });

  test("[W2] whoever has not joined is refused", () => {
    const run = new TestRun();
    expect(refusalsIn(run.ready(1))).toEqual(["not-joined"]);
    expect(refusalsIn(run.say(1, { type: "request-samples", lease: 1, samples: [1] }))).toEqual(["not-joined"]);
    expect(refusalsIn(run.contribute(1, { lease: 1 }))).toEqual(["not-joined"]);
    expect(run.state.workers.size).toBe(0);
  });

  test("[W3] a second join is refused and changes nothing", () => {
    const run = new TestRun();
    run.enter(1);
    const before = run.state.workers;
    expect(refusalsIn(run.join(1))).toEqual(["already-joined"]);
    expect(run.state.workers).toEqual(before);
  });

  test("[W4] a worker gets no lease before its engine has proved itself", () => {
    const run = new TestRun();
    expect(leasesIn(run.join(1))).toEqual([]);
    expect(describeRun(run.state, run.now).sentence).toContain("worker 1 is proving");
    expect(leasesIn(run.ready(1))).toHaveLength(1);
  });

  test("[W5] names are made different", () => {
    const run = new TestRun();
    run.join(1, "Firefox");
    run.join(2, "Firefox");
    run.join(3, "x".repeat(limits.nameLength));
    run.join(4, "x".repeat(limits.nameLength));
    const names = [...run.state.workers.values()].map((worker) => worker.name);
    expect(names.slice(0, 2)).toEqual(["Firefox", "Firefox 2"]);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(limits.nameLength);
  });

  test("[W6] the worker beyond the limit is refused; one fewer is not", () => {
    const run = new TestRun();
    for (let peer = 1; peer <= limits.workers; peer++) expect(refusalsIn(run.join(peer))).toEqual([]);
    const effects = run.join(limits.workers + 1);
    expect(refusalsIn(effects)).toEqual(["too-many-workers"]);
    expect(typesIn(effects)).toContain("disconnect");
    run.handle({ type: "disconnected", peer: 1, reason: "closed" });
    expect(refusalsIn(run.join(limits.workers + 2))).toEqual([]);
  });
});

describe("leaving", () => {
  test("[W7] the shards of a worker that is gone go to another, and the departure is said", () => {
    const run = new TestRun();
    run.enter(1);
    run.enter(2);
    const lost = run.leaseOf(1);
    const effects = run.handle({ type: "disconnected", peer: 1, reason: "transport close" });
    expect(JSON.stringify(effects)).toContain("worker 1 left (transport close); its 1 shard will go to someone else.");
    run.work(2, (state) => state.step === 1);
    expect(run.state.step).toBe(1);
    expect(leasesIn(run.effects, 2).flatMap((lease) => lease.samples)).toEqual(expect.arrayContaining(lost.samples));
    expect(describeRun(run.state, run.now).workers.find((worker) => worker.id === "w1")?.state).toBe("left");
  });

  test("[W8] a paused worker gives its shards back and gets none until it resumes", () => {
    const run = new TestRun();
    run.enter(1);
    run.say(1, { type: "availability", available: false });
    expect(run.state.round?.shards).not.toContain("leased");
    expect(describeRun(run.state, run.now)).toMatchObject({
      state: "waiting",
      sentence: expect.stringContaining("paused"),
    });
    const again = run.say(1, { type: "availability", available: true });
    expect(leasesIn(again, 1).length + leasesIn(run.effects, 1).length).toBeGreaterThan(1);
  });

  test("[W8] a worker that pauses while its engine proves itself is ready when it resumes", () => {
    const run = new TestRun();
    run.join(1);
    run.say(1, { type: "availability", available: false });
    expect(leasesIn(run.ready(1))).toEqual([]);
    expect(run.state.workers.get(1)?.state).toBe("paused");
    expect(leasesIn(run.say(1, { type: "availability", available: true }), 1)).toHaveLength(1);
  });

  test("[W8] giving back a lease that pausing has taken already is no fault", () => {
    const run = new TestRun();
    run.enter(1);
    const { lease } = run.leaseOf(1);
    run.say(1, { type: "availability", available: false });
    run.say(1, { type: "return-lease", lease, reason: "paused at the device" });
    expect(run.state.workers.get(1)).toMatchObject({ state: "paused", strikes: 0, refusals: 0 });
  });

  test("[W9] three refusals in a row through its own fault send a worker away; its shards are open", () => {
    const run = new TestRun();
    run.enter(1);
    for (let i = 0; i < 2; i++) {
      expect(refusalsIn(run.contribute(1, { finite: false }))).toEqual(["not-finite"]);
      expect(run.state.workers.get(1)?.state).toBe("working");
    }
    const effects = run.contribute(1, { finite: false });
    expect(refusalsIn(effects)).toEqual(["not-finite", "sent-away"]);
    expect(typesIn(effects).at(-1)).toBe("wake-at");
    expect(typesIn(effects).indexOf("disconnect")).toBeGreaterThan(typesIn(effects).lastIndexOf("refuse"));
    expect(run.state.workers.get(1)?.state).toBe("left");
    expect(run.state.round?.shards).not.toContain("leased");
    expect(run.state.step).toBe(0);
  });

  test("[W9] a good contribution wipes the slate clean", () => {
    const run = new TestRun();
    run.enter(1);
    for (let i = 0; i < 4; i++) {
      run.contribute(1, { finite: false });
      run.contribute(1);
    }
    expect(run.state.workers.get(1)).toMatchObject({ state: "working", refusals: 4, strikes: 0 });
  });

  test("workers that left are forgotten, the oldest first", () => {
    const run = new TestRun();
    for (let peer = 1; peer <= 100; peer++) {
      run.join(peer);
      run.handle({ type: "disconnected", peer, reason: "closed" });
    }
    expect(run.state.workers.size).toBe(20);
    expect(run.state.workers.has(100)).toBe(true);
  });

  test("a worker whose engines all fail is listed as gone, with its reason in the log", () => {
    const run = new TestRun();
    run.join(1);
    const effects = run.say(1, { type: "decline", reason: "the gradient was zero" });
    expect(JSON.stringify(effects)).toContain("worker 1 cannot train: the gradient was zero");
    expect(run.state.workers.get(1)?.state).toBe("left");
  });
});

test("[W10] whoever joins a run that is paused is told so", () => {
  const run = new TestRun();
  run.say(99, { type: "control", action: "pause" });
  expect(run.join(1)).toContainEqual(
    expect.objectContaining({ peer: 1, message: expect.objectContaining({ type: "run-state", state: "paused" }) }),
  );
});

test("[P8] nothing that a peer says can write control characters into the log", () => {
  const run = new TestRun();
  run.join(1, "\u001b[2Jworm\r\n\u0085");
  const effects = run.say(1, { type: "decline", reason: "line 1\nline 2\u0007" });
  const sentences = run.effects.flatMap((effect) =>
    effect.type === "report" && effect.report.type === "log" ? [effect.report.entry.sentence] : [],
  );
  expect(effects.length).toBeGreaterThan(0);
  expect(sentences.join("")).not.toMatch(/\p{Cc}/u);
  expect(sentences[1]).toContain("cannot train: line 1 line 2");
});

test("[P1] what was not understood is refused; a stranger is disconnected, a worker is not", () => {
  const run = new TestRun();
  run.enter(1);
  const refusal = { reason: refusalReasons[0], sentence: "what?" };
  expect(typesIn(run.handle({ type: "not-understood", peer: 9, refusal }))).toEqual(["refuse", "disconnect"]);
  const effects = run.handle({ type: "not-understood", peer: 1, refusal });
  expect(refusalsIn(effects)).toEqual(["malformed"]);
  expect(typesIn(effects)).not.toContain("disconnect");
});

test("[V5] a view lists so many workers and no more, those that are here first, and counts all of them", () => {
  const run = new TestRun();
  for (let peer = 1; peer <= 30; peer++) run.join(peer);
  for (let peer = 1; peer <= 25; peer++) run.handle({ type: "disconnected", peer, reason: "closed" });
  for (let peer = 31; peer < 31 + limits.listedWorkers - 10; peer++) run.join(peer);
  const view = () => describeRun(run.state, run.now);
  expect(view().workers).toHaveLength(limits.listedWorkers);
  expect(view().workers.filter((worker) => worker.state === "left")).toHaveLength(5);
  run.join(900);
  for (let peer = 901; peer < 950; peer++) run.join(peer);
  expect(view().workers).toHaveLength(limits.listedWorkers);
  expect(view().workers.map((worker) => worker.state)).not.toContain("left");
  expect(view().workerCounts).toMatchObject({ registered: 5 + limits.listedWorkers - 10 + 50, left: 25 });
  expect(view().sentence).toMatch(/^Waiting for workers: .+, .+, .+, .+ and \d+ others are proving the engine\.$/);
});
