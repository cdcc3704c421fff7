/** Runs that are broken off and go on: everything is real but the network and the size of the model. */
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset } from "@convoy/datasets";
import { createReferenceEngine } from "@convoy/engine";
import { readSafetensors } from "@convoy/model-files";
import { parameterLayout, type Recipe } from "@convoy/models";
import { PROTOCOL_VERSION } from "@convoy/protocol";
import { MemoryNetwork } from "@convoy/transport";
import { runWorker } from "@convoy/worker";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { findRun } from "../checkpoints/found-runs.ts";
import { LargeFiles } from "../checkpoints/large-files.ts";
import type { RunStart } from "../model/run-start.ts";
import { StartError } from "../start-error.ts";
import { fileThread, planeThread } from "../test-threads.ts";
import { type LedRun, leadRun } from "./lead-run.ts";
import { openRun } from "./open-run.ts";
import type { Opening, OpenRun } from "./opening.ts";
import { tinyDataset, tinySettings } from "./test-run-loop.ts";

/** Four batches an epoch, of up to three shards; two epochs. */
const recipe = { ...tinySettings.recipe, epochs: 2 };
const STEPS = 8;

let dataDir: string;
let log: string[] = [];
let running: Running | null;
const files = new LargeFiles(fileThread());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "convoy-continue-"));
  log = [];
  running = null;
});
afterEach(async () => {
  await running?.breakOff();
  await rm(dataDir, { recursive: true });
});
afterAll(() => files.close());

const logger = pino({}, { write: (line: string) => void log.push(JSON.parse(line).msg) });

interface Wish extends Partial<Opening["options"]> {
  start?: RunStart;
  resume?: string;
  changedRecipe?: Partial<Recipe>;
  changedDataset?: Partial<Dataset>;
}

/** All parameters are this. */
function startFrom(file: string, value: number): RunStart {
  const parameters = new Float32Array(parameterLayout(recipe.model).length).fill(value);
  return { parameters, file: { file, sha256: String(value).repeat(64) } };
}

async function open({ changedRecipe, changedDataset, resume, start, ...change }: Wish = {}): Promise<Running> {
  // Whatever leases are given, the same is added up; and saved after every step, if the disk keeps up.
  const strategy = { strategy: undefined, localSteps: undefined, codec: undefined };
  const defaults = { ...strategy, seed: undefined, epochs: undefined, exact: true, new: false, checkpointSeconds: 0 };
  const options = { dataDir, ...defaults, ...change };
  const chosen = resume === undefined ? null : await findRun(dataDir, resume, expect.fail);
  const obtained = { dataset: { ...tinyDataset, ...changedDataset }, warning: null };
  const onLost = () => expect.fail("nobody else takes the run");
  const wanted = { ...recipe, ...changedRecipe };
  const more = { start: start ?? null, files, planeThread: planeThread(), log: logger, onLost };
  const opened = await openRun({ options, recipe: wanted, obtained, chosen, ...more });
  running = new Running(opened);
  return running;
}

/** A run under way, with two real workers. */
class Running {
  readonly opened: OpenRun;
  readonly #led: LedRun;
  readonly #network: MemoryNetwork;
  #isOver = false;

  constructor(opened: OpenRun) {
    this.opened = opened;
    const admit = () => ({ access: "admin" }) as const;
    this.#led = leadRun(opened, { dataset: tinyDataset, admit, log: logger });
    const caller = { address: "127.0.0.1", host: "localhost", forwarded: false };
    this.#network = new MemoryNetwork((connection) => this.#led.loop.accept(connection, caller));
    const engines = [{ name: "reference", create: createReferenceEngine }];
    for (const name of ["one", "two"])
      runWorker({ dial: this.#network.dial, name, device: "Node", engines, onStatus: () => {} });
  }

  get view() {
    return this.#led.loop.describe();
  }

  async until(condition: () => boolean): Promise<this> {
    await vi.waitUntil(
      () => {
        this.#network.flush();
        return condition();
      },
      { timeout: 20_000, interval: 0 },
    );
    return this;
  }

  untilStep(step: number): Promise<this> {
    return this.until(() => this.view.step >= step);
  }

  untilEnd(): Promise<this> {
    return this.until(() => this.view.state === "finished");
  }

  watch(): Record<string, unknown>[] {
    const heard: Record<string, unknown>[] = [];
    const connection = this.#network.dial({
      onOpen: () => {},
      onClose: () => {},
      onMessage: (message) => heard.push(message as Record<string, unknown>),
    });
    this.#network.flush();
    connection.send({ type: "watch", protocol: PROTOCOL_VERSION, token: null });
    this.#network.flush();
    return heard;
  }

  stop(): void {
    const connection = this.#network.dial({ onOpen: () => {}, onClose: () => {}, onMessage: () => {} });
    this.#network.flush();
    connection.send({ type: "watch", protocol: PROTOCOL_VERSION, token: null });
    connection.send({ type: "control", action: "stop" });
    this.#network.flush();
  }

  /** What is under way is lost; what the disk was told stays. */
  async breakOff(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#network.breakAll();
    this.#led.loop.close();
    const ending = { control: "stopped", sentence: "" } as const;
    // A process that is killed writes no more; the writes of this one have to be waited for.
    await this.#led.saving.finish((then) => this.#led.loop.stand((position) => then({ ...position, ending })));
    await this.opened.folder.close();
    await this.opened.lock.release();
  }

  /** In order, as after Ctrl+C. */
  async close(): Promise<void> {
    await this.#led.saving.finish((then) => this.#led.loop.stand(then));
    await this.breakOff();
  }

  read(name: string): Promise<string> {
    return readFile(join(this.opened.folder.path, name), "utf8");
  }

  /** All that has to be the same in every run of the same seed: not how long an epoch took. */
  async result() {
    const epochs = (await this.read("epochs.csv")).replace(/,\d+$/gm, "");
    return { parameters: this.opened.plane.parameters, losses: await this.read("losses.csv"), epochs };
  }
}

let undisturbed: Awaited<ReturnType<Running["result"]>>;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "convoy-continue-"));
  const run = await (await open()).untilEnd();
  await run.close();
  undisturbed = await run.result();
  expect(undisturbed.losses.trim().split("\n")).toHaveLength(1 + STEPS);
  await rm(dataDir, { recursive: true });
  running = null;
});

const checkpoints = async (run: Running) => {
  const folder = join(run.opened.folder.path, "checkpoints");
  const names = (await readdir(folder)).toSorted().reverse();
  return (kind: string) => names.filter((name) => name.endsWith(kind)).map((name) => join(folder, name));
};

describe("[S1] a run that is broken off goes on, to the same end bit for bit,", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])("after step %i", async (step) => {
    const first = await (await open()).untilStep(step);
    await first.breakOff();
    const second = await open();
    expect(second.opened.settings.run).toBe(first.opened.settings.run);
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });

  test("again and again", async () => {
    let run = await open();
    for (let step = 2; step < STEPS; step += 2) {
      await run.untilStep(step);
      await run.breakOff();
      run = await open();
    }
    await run.untilEnd();
    await run.close();
    expect(await run.result()).toEqual(undisturbed);
    expect(await readdir(join(dataDir, "runs"))).toHaveLength(1);
  });

  test("where only the ends of epochs are saved", async () => {
    const first = await (await open({ checkpointSeconds: 1000 })).untilStep(6);
    await first.breakOff();
    const second = await open({ checkpointSeconds: 1000 });
    expect(second.view.step).toBe(4);
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });

  test("after Ctrl+C, where it stood", async () => {
    const first = await (await open({ checkpointSeconds: 1000 })).untilStep(3);
    const { step } = first.view;
    await first.close();
    const second = await open();
    expect(second.view.step).toBe(step);
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });

  test("where the process died with a row of the history half written", async () => {
    const first = await (await open()).untilStep(5);
    await first.breakOff();
    await appendFile(join(first.opened.folder.path, "losses.csv"), "6,0.1");
    const second = await (await open()).untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });

  test("where the newest checkpoint is damaged, from the one before it, and says so", async () => {
    const first = await (await open()).untilStep(6);
    await first.breakOff();
    const [newest] = (await checkpoints(first))("safetensors") as [string];
    await truncate(newest, 100);
    const second = await open();
    expect(log.join("\n")).toMatch(
      /checkpoint-\d+\.json cannot be used: .* has 100 bytes.* The one before it is used\./,
    );
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });
});

test.each([
  { type: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  { type: "keras-adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
] as const)("[S1] a run with $type under a schedule goes on with the right step of both", async (optimizer) => {
  const schedule = { type: "cosine", epochs: 2, finalShare: 0, warmUp: { epochs: 0.5, from: 0.1 } } as const;
  const wish = { changedRecipe: { optimizer, schedule } };
  const whole = await (await open(wish)).untilEnd();
  await whole.close();
  for (const step of [1, 5]) {
    const first = await (await open({ ...wish, new: true })).untilStep(step);
    await first.breakOff();
    const second = await open(wish);
    expect(second.opened.settings.run).toBe(first.opened.settings.run);
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(await whole.result());
  }
});

test("[R5] a run whose last step is done, but which died before its last test, ends as it should", async () => {
  const isTesting = () => first.view.step === STEPS && first.view.state === "evaluating";
  const first = await open();
  await (await first.until(isTesting)).close();
  const second = await open();
  expect(second.view).toMatchObject({ step: STEPS, state: "waiting", evaluationProgress: 0 });
  await second.untilEnd();
  await second.close();
  expect(await second.result()).toEqual(undisturbed);
});

test("who watches a run that goes on sees all of it", async () => {
  const first = await (await open()).untilStep(6);
  const { startedAt } = first.view;
  await first.breakOff();
  const second = await open();
  const step = second.view.step;
  const [snapshot] = second.watch() as [{ losses: { step: number }[]; epochs: unknown[]; log: { sentence: string }[] }];
  expect(snapshot.losses.map((point) => point.step)).toEqual(Array.from({ length: step }, (_, i) => i + 1));
  expect(snapshot.epochs).toHaveLength(1);
  const sentence = `The run ${first.opened.settings.run} goes on after step ${step}.`;
  expect(second.opened.remark).toBe(sentence);
  expect(snapshot.log[0]).toMatchObject({ sentence });
  expect(second.view.startedAt).toBeGreaterThanOrEqual(startedAt);
});

describe("a start goes on with", () => {
  test("a run whose seed and length were chosen, when nobody says otherwise", async () => {
    const first = await (await open({ seed: 9, epochs: 1 })).untilStep(1);
    await first.breakOff();
    const { settings } = (await open()).opened;
    expect(settings).toMatchObject({ run: first.opened.settings.run, seed: 9, epochs: 1 });
  });

  test("a run that is exact, as exact as it was: that need not be said again", async () => {
    const first = await (await open()).untilStep(1);
    await first.breakOff();
    const second = await open({ exact: false });
    expect(second.opened.settings).toMatchObject({ run: first.opened.settings.run, exact: true });
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });

  test("an earlier one, or a new one, where no checkpoint of the newest can be read, and says so", async () => {
    const first = await open({ seed: 9 });
    await first.breakOff();
    const second = await (await open({ seed: 10 })).untilStep(3);
    await second.breakOff();
    for (const manifest of (await checkpoints(second))("json")) await truncate(manifest, 0);
    expect((await open()).opened.settings.run).toBe(first.opened.settings.run);
    const { run } = second.opened.settings;
    expect(log.join("\n")).toMatch(
      new RegExp(
        `None of the checkpoints of the run ${run} can be read\\. .*checkpoint-\\d+\\.json cannot be used: .*not JSON`,
      ),
    );
  });

  test("the run that is wished for, also if another was saved later", async () => {
    const first = await open({ seed: 9 });
    await first.breakOff();
    await (await open({ seed: 10 })).breakOff();
    expect((await open({ seed: 9 })).opened.settings.run).toBe(first.opened.settings.run);
  });

  test.each<[string, Wish, RegExp, Wish?]>([
    ["of another seed", { seed: 9 }, /its seed is 1, not 9/],
    ["of another length", { epochs: 3 }, /it has 2 epochs, not 3/],
    ["that is not exact, where one is wished for", { exact: true }, /it is not exact/, { exact: false }],
    [
      "of its seed, where a file is named",
      { start: startFrom("mine", 1) },
      /it started from its seed, not from this mine/,
    ],
    [
      "of another file",
      { start: startFrom("mine", 1) },
      /it started from a file yours, not from this mine/,
      { start: startFrom("yours", 2) },
    ],
    ["of another recipe", { changedRecipe: { name: "other" } }, /its recipe is tiny, not other/],
    ["of a recipe that has changed", { changedRecipe: { batchSize: 16 } }, /its recipe tiny was another then/],
    ["on another dataset", { changedDataset: { name: "mnist" } }, /it trains on Tiny, not on mnist/],
    ["on other samples", { changedDataset: { train: tinyDataset.test } }, /its Tiny was another then/],
  ])("no run %s, and says so", async (_, wish, sentence, earlier = {}) => {
    const first = await open(earlier);
    await first.breakOff();
    const second = await open(wish);
    expect(second.opened.settings.run).not.toBe(first.opened.settings.run);
    expect(second.opened.remark).toMatch(sentence);
    expect(second.opened.remark).toContain(first.opened.settings.run);
    await second.breakOff();
    const chosen = open({ ...wish, resume: first.opened.settings.run });
    await expect(chosen).rejects.toThrow(StartError);
    await expect(chosen).rejects.toThrow(sentence);
  });

  test("the run that started from the same file, whatever the file's name; or from any, where nobody says which", async () => {
    const first = await (await open({ start: startFrom("mine", 1) })).untilStep(2);
    expect(first.opened.remark).toBe("The run starts from the parameters in mine.");
    expect(first.opened.settings.startedFrom).toEqual(startFrom("mine", 1).file);
    const initial = await readFile(join(first.opened.folder.path, "parameters-initial.safetensors"));
    expect(readSafetensors(initial, recipe.model)).toEqual(startFrom("mine", 1).parameters);
    await first.close();
    for (const start of [{ start: startFrom("copy", 1) }, {}]) {
      const next = await open(start);
      expect(next.opened.settings).toEqual(first.opened.settings);
      expect(next.opened.remark).toMatch(/goes on after step \d+\. It started from the parameters in mine\.$/);
      await next.close();
    }
  });

  test("no run that has ended, and has nothing to say about it", async () => {
    const finished = await (await open()).untilEnd();
    await finished.close();
    const stopped = await (await open()).untilStep(2);
    stopped.stop();
    await stopped.close();
    expect((await open()).opened.remark).toBeNull();
    expect(await readdir(join(dataDir, "runs"))).toHaveLength(3);
  });

  test("none when a new one is wished for", async () => {
    await (await open()).breakOff();
    expect((await open({ new: true })).opened.remark).toBeNull();
    expect(await readdir(join(dataDir, "runs"))).toHaveLength(2);
  });

  test("none that another coordinator has, and says so", async () => {
    const first = await open();
    const second = await open();
    expect(second.opened.remark).toMatch(/another coordinator trains it/);
    await expect(open({ resume: first.opened.settings.run })).rejects.toThrow(
      /cannot be continued: another coordinator trains it\. Stop that one first\./,
    );
    await second.breakOff();
    running = first;
  });

  test("none whose checkpoints are all damaged, names them, and says what is left", async () => {
    const first = await (await open()).untilStep(3);
    await first.breakOff();
    for (const path of (await checkpoints(first))("safetensors")) await writeFile(path, "damaged");
    const { run } = first.opened.settings;
    const chosen = open({ resume: run });
    await expect(chosen).rejects.toThrow(
      `The run ${run} cannot be continued: none of its checkpoints can be used. What is left of it lies in ${first.opened.folder.path}; start a new run with --new.`,
    );
    const second = await open();
    expect(second.opened.remark).toMatch(/none of its checkpoints can be used/);
    expect(log.filter((line) => line.includes("cannot be used: ")).length).toBeGreaterThanOrEqual(4);
  });
});

describe("a run that is chosen", () => {
  test("goes on though it was stopped", async () => {
    const first = await (await open()).untilStep(3);
    first.stop();
    await first.close();
    const second = await open({ resume: first.opened.settings.run });
    await second.untilEnd();
    await second.close();
    expect(await second.result()).toEqual(undisturbed);
  });

  test("cannot become exact", async () => {
    const first = await open({ exact: false });
    await first.breakOff();
    await expect(open({ exact: true, resume: first.opened.settings.run })).rejects.toThrow(/it is not exact/);
  });

  test("goes on as exact as it was", async () => {
    const first = await open();
    await first.breakOff();
    const second = await open({ exact: false, resume: first.opened.settings.run });
    expect(second.opened.settings.exact).toBe(true);
  });

  test("is not gone on with when it is finished", async () => {
    const first = await (await open()).untilEnd();
    await first.close();
    const { run } = first.opened.settings;
    await expect(open({ resume: run })).rejects.toThrow(
      `The run ${run} is finished: nothing is left to train. Start a new one with --new.`,
    );
  });
});

test("a history that lacks steps is said, and the run goes on", async () => {
  const first = await (await open()).untilStep(5);
  await first.close();
  await writeFile(join(first.opened.folder.path, "losses.csv"), "step,loss\n1,2\n");
  const second = await open();
  expect(log.join("\n")).toMatch(/losses\.csv lacks \d of the \d steps so far; they are left out\./);
  await second.untilEnd();
  await second.close();
  expect((await second.result()).parameters).toEqual(undisturbed.parameters);
});
