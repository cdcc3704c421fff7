import { PROTOCOL_VERSION } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { identity, proof, readyWorker, sentIn, TestWorker, tinyWish } from "./test-worker.ts";

const ready = { type: "ready", engine: identity, proof };
const away = { type: "availability", available: false };

describe("joining", () => {
  test("[K1] each time it is connected, it joins", () => {
    const worker = new TestWorker();
    const join = { type: "join", protocol: PROTOCOL_VERSION, name: "Firefox", device: "Linux", token: "plum" };
    expect(worker.connect()).toEqual([{ type: "send", message: join }]);
    worker.handle({ type: "disconnected" });
    expect(worker.connect()).toEqual([{ type: "send", message: join }]);
  });

  test("[K2] a welcome makes it prove an engine, and ready is said once that is done", () => {
    const worker = new TestWorker();
    worker.connect();
    expect(worker.welcome()).toEqual([{ type: "prove", wish: tinyWish }]);
    expect(worker.prove()).toEqual([{ type: "send", message: ready }]);
  });

  test("[K2] after a reconnection the engine need not prove itself again", () => {
    const worker = readyWorker();
    worker.handle({ type: "disconnected" });
    worker.connect();
    expect(worker.welcome({ run: "ffffffffffffffff" })).toEqual([{ type: "send", message: ready }]);
  });

  test("[K2] a reconnection during the proof begins no second one", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    worker.handle({ type: "disconnected" });
    worker.connect();
    expect(worker.welcome()).toEqual([]);
    expect(worker.prove()).toEqual([{ type: "send", message: ready }]);
  });

  test("[K2] a proof that ends while it is disconnected is told after the next welcome", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    worker.handle({ type: "disconnected" });
    expect(worker.prove()).toEqual([]);
    worker.connect();
    expect(worker.welcome()).toEqual([{ type: "send", message: ready }]);
  });

  test("[K2] a proof that ends between connection and welcome is told once", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    worker.handle({ type: "disconnected" });
    worker.connect();
    expect(worker.prove()).toEqual([]);
    expect(worker.welcome()).toEqual([{ type: "send", message: ready }]);
  });

  test("[K2] another recipe needs another engine; the proof for the first no longer counts", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    const other = '{"name":"other"}';
    expect(worker.welcome({ recipe: { name: "other" } })).toEqual([
      { type: "prove", wish: { ...tinyWish, recipeText: other } },
    ]);
    expect(worker.prove()).toEqual([]);
    expect(worker.handle({ type: "engine-missing", wish: tinyWish, sentence: "none" })).toEqual([]);
    expect(worker.state.failure).toBeNull();
    expect(worker.prove({ recipeText: other })).toEqual([{ type: "send", message: ready }]);
  });
});

describe("[K18] an engine that takes the place of the one that was ready", () => {
  const quicker = { identity: { name: "webgpu", device: "GPU", fingerprint: "g" }, proof };
  const readyAgain = { type: "ready", engine: quicker.identity, proof };

  test("is told, and goes on with lease and parameters", () => {
    const worker = readyWorker();
    worker.lease();
    expect(sentIn(worker.handle({ type: "engine-changed", ...quicker }))).toEqual([readyAgain]);
    expect(worker.state).toMatchObject({ version: 4, lease: { message: { lease: 7 } }, engine: { wish: tinyWish } });
  });

  test("is told after the next welcome when there is no connection", () => {
    const worker = readyWorker();
    worker.handle({ type: "disconnected" });
    expect(worker.handle({ type: "engine-changed", ...quicker })).toEqual([]);
    worker.connect();
    expect(sentIn(worker.welcome())).toEqual([readyAgain]);
  });

  test("comes too late when another engine is being chosen", () => {
    const worker = readyWorker();
    worker.welcome({ exact: true });
    expect(worker.handle({ type: "engine-changed", ...quicker })).toEqual([]);
    expect(worker.state.engine).toBeNull();
  });
});

describe("what an engine is chosen for", () => {
  test("[K23] a probe is answered at once, with as many bytes as it asks for", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    const padding = new Uint8Array(4);
    const probe = { type: "probe", probe: 3, answerBytes: 2, padding } as const;
    const probed = { type: "probed", probe: 3, padding: new Uint8Array(2) };
    expect(worker.handle({ type: "message", message: probe })).toEqual([{ type: "send", message: probed }]);
  });

  test("[K14] the engine that is being tested is named, and named again on a new connection", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    const proving = [{ type: "send", message: { type: "proving", engine: "tfjs-webgpu" } }];
    expect(worker.handle({ type: "engine-tested", wish: tinyWish, engine: "tfjs-webgpu" })).toEqual(proving);
    worker.handle({ type: "disconnected" });
    worker.connect();
    expect(worker.welcome()).toEqual(proving);
  });

  test("[K15] an exact run wants its own engine: another one is left for it", () => {
    const worker = readyWorker();
    const wish = { ...tinyWish, exact: true, fingerprint: "g" };
    expect(worker.welcome({ exact: true, fingerprint: "g" })).toEqual([{ type: "prove", wish }]);
    expect(worker.state.engine).toBeNull();
  });

  test("[K15] the engine that an exact run is bound to is kept", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome({ exact: true });
    worker.prove({ exact: true });
    expect(worker.welcome({ exact: true, fingerprint: identity.fingerprint })).toEqual([
      { type: "send", message: ready },
    ]);
  });
});

describe("[K5] a device that its owner has paused", () => {
  test("says so, and says when it is back, once each", () => {
    const worker = readyWorker();
    expect(worker.handle({ type: "pause" })).toEqual([{ type: "send", message: away }]);
    expect(worker.handle({ type: "pause" })).toEqual([]);
    const back = { type: "availability", available: true };
    expect(worker.handle({ type: "resume" })).toEqual([{ type: "send", message: back }]);
    expect(worker.handle({ type: "resume" })).toEqual([]);
  });

  test("gives a lease back that was on its way", () => {
    const worker = readyWorker();
    worker.handle({ type: "pause" });
    expect(sentIn(worker.lease())).toMatchObject([{ type: "return-lease", lease: 7 }]);
  });

  test("says after a reconnection that it is away before it says that its engine is ready", () => {
    const worker = readyWorker();
    worker.handle({ type: "pause" });
    worker.handle({ type: "disconnected" });
    worker.connect();
    expect(sentIn(worker.welcome())).toEqual([away, ready]);
  });
});

describe("the end", () => {
  test.each([
    ["protocol-version", "outdated"],
    ["too-many-workers", "full"],
    ["too-many-connections", "full"],
    ["invitation-required", "failed"],
    ["sent-away", "failed"],
  ] as const)("[K7] a worker that is refused for %s closes, and is %s", (reason, kind) => {
    const worker = readyWorker();
    expect(worker.hear({ type: "refused", refusal: { reason, sentence: "no" } })).toEqual([{ type: "close" }]);
    expect(worker.state.failure).toEqual({ kind, sentence: "no" });
    expect(worker.connect()).toEqual([]);
  });

  test("[K7] a greeting that is refused is not repeated", () => {
    const worker = new TestWorker();
    worker.connect();
    const refusal = { reason: "malformed", sentence: "No name." } as const;
    expect(worker.hear({ type: "refused", refusal })).toEqual([{ type: "close" }]);
    expect(worker.state.failure).toEqual({ kind: "failed", sentence: "No name." });
  });

  test.each(["silent", "too-fast", "too-slow"] as const)(
    "[K7] a worker that was disconnected for being %s comes back",
    (reason) => {
      for (const worker of [new TestWorker(), readyWorker()]) {
        worker.connect();
        expect(worker.hear({ type: "refused", refusal: { reason, sentence: "no" } })).toEqual([]);
        worker.handle({ type: "disconnected" });
        expect(sentIn(worker.connect())).toMatchObject([{ type: "join" }]);
      }
    },
  );

  test("[K8] a worker without an engine declines with the reason", () => {
    const worker = new TestWorker();
    worker.connect();
    worker.welcome();
    const effects = worker.handle({
      type: "engine-missing",
      wish: tinyWish,
      sentence: "x".repeat(1000),
    });
    expect(effects).toEqual([
      { type: "send", message: { type: "decline", reason: "x".repeat(300) } },
      { type: "close" },
    ]);
    expect(worker.state.failure).toEqual({ kind: "failed", sentence: "x".repeat(1000) });
  });

  test("[K8] an engine that fails gives its lease back, and the worker leaves", () => {
    const worker = readyWorker();
    worker.lease();
    const effects = worker.handle({ type: "compute-failed", lease: 7, sentence: "The GPU was lost." });
    expect(effects).toEqual([
      { type: "send", message: { type: "return-lease", lease: 7, reason: "The GPU was lost." } },
      { type: "send", message: { type: "leave", reason: "The GPU was lost." } },
      { type: "close" },
    ]);
    expect(worker.state).toMatchObject({ failure: { kind: "broken", sentence: "The GPU was lost." }, lease: null });
  });

  test("[K8] an engine that fails on a lease that is over leaves all the same", () => {
    const worker = readyWorker();
    worker.lease();
    worker.hear({ type: "revoke", lease: 7 });
    const effects = worker.handle({ type: "compute-failed", lease: 7, sentence: "The GPU was lost." });
    expect(sentIn(effects).map((message) => message.type)).toEqual(["leave"]);
  });

  test("[K9] the end of the run drops the lease; the worker stays for the next run", () => {
    const worker = readyWorker();
    worker.lease();
    expect(worker.hear({ type: "run-state", state: "ended", sentence: "The run is finished." })).toEqual([]);
    expect(worker.computed()).toEqual([]);
    expect(worker.state.runState).toEqual({ state: "ended", sentence: "The run is finished." });
    worker.handle({ type: "disconnected" });
    worker.connect();
    worker.welcome({ run: "ffffffffffffffff" });
    expect(worker.state.runState.state).toBe("running");
  });

  test("[K9] a pause of the run leaves the lease in hand", () => {
    const worker = readyWorker();
    worker.lease();
    worker.hear({ type: "run-state", state: "paused", sentence: "The run is paused." });
    expect(worker.computed()).toHaveLength(1);
  });

  test("[K10] a worker that is stopped says goodbye, closes, and does nothing more", () => {
    const worker = readyWorker();
    worker.lease();
    const effects = worker.handle({ type: "stop" });
    expect(effects.map((effect) => effect.type)).toEqual(["send", "close"]);
    expect(sentIn(effects)).toMatchObject([{ type: "leave" }]);
    expect(worker.computed()).toEqual([]);
    expect(worker.connect()).toEqual([]);
    expect(worker.lease()).toEqual([]);
  });

  test("[K11] what it cannot understand ends the worker with a sentence", () => {
    const worker = readyWorker();
    expect(worker.handle({ type: "failed", sentence: "The coordinator said something odd." })).toEqual([
      { type: "send", message: { type: "decline", reason: "The coordinator said something odd." } },
      { type: "close" },
    ]);
    expect(worker.state.failure).toEqual({ kind: "failed", sentence: "The coordinator said something odd." });
  });
});
