import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalWorkers } from "./local-workers.ts";

let folder: string;
let lines: string[];
let workers: LocalWorkers | null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
  lines = [];
  workers = null;
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  workers?.close();
  await rm(folder, { recursive: true });
});

async function start(count: number, program: string | null): Promise<void> {
  const path = join(folder, "worker.mjs");
  if (program !== null) await writeFile(path, program);
  const log = pino({}, { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
  workers = new LocalWorkers(path, { url: "http://localhost:4300", invitation: "k7m4-x9p2" }, log);
  workers.start(count);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; !(await condition()); i++) {
    if (i === 500) throw new Error(`this never came true: ${condition}`);
    await sleep(10);
  }
}

const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
const note = 'import { appendFileSync } from "node:fs"; import { join } from "node:path";';

test("each is told the address, its name and the invitation, and ends with the coordinator", async () => {
  await start(
    2,
    `${note}
    appendFileSync(join(import.meta.dirname, process.argv[5].replaceAll(" ", "-")), process.pid + " " + [...process.argv.slice(2), process.env.CONVOY_TOKEN].join("|"));
    setInterval(() => {}, 1000);`,
  );
  await until(async () => (await read("Local-worker-1")) !== "" && (await read("Local-worker-2")) !== "");
  const [pid, args] = (await read("Local-worker-2")).split(/ (.*)/) as [string, string];
  expect(args).toBe("--url|http://localhost:4300|--name|Local worker 2|--quiet|k7m4-x9p2");
  workers?.close();
  await until(() => {
    try {
      return !process.kill(Number(pid), 0);
    } catch {
      return true;
    }
  });
  expect(lines).toEqual([]);
});

test("each has a channel that closes with the coordinator, whatever ends it", async () => {
  await start(
    1,
    `${note}
    appendFileSync(join(import.meta.dirname, "connected"), String(process.connected));`,
  );
  await until(async () => (await read("connected")) !== "");
  expect(await read("connected")).toBe("true");
});

test("one that dies is started again, and its last words are told", async () => {
  await start(
    1,
    `${note}
    appendFileSync(join(import.meta.dirname, "starts"), "x");
    process.stderr.write("The GPU was lost.");
    process.exitCode = 3;`,
  );
  await until(async () => (await read("starts")).length === 2);
  expect(lines[0]).toBe("Local worker 1 ended (code 3) and is started again. The GPU was lost.");
});

test.each([
  ["keeps dying stays away in the end", 1000, "Local worker 1 ended (code 3) too often and stays away. "],
  ["was well for a minute is always started again", 60_000, "Local worker 1 ended (code 3) and is started again. "],
])("one that %s", async (_, livedMs, last) => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += livedMs;
    return now;
  });
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  await start(1, "process.exitCode = 3;");
  for (let deaths = 1; deaths <= 6; deaths++) {
    await until(() => lines.length === deaths);
    vi.advanceTimersByTime(5000);
  }
  expect(lines.at(-1)).toBe(last);
});

test("one that is done is not started again", async () => {
  await start(1, `${note} appendFileSync(join(import.meta.dirname, "starts"), "x");`);
  await until(async () => (await read("starts")) === "x");
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await read("starts")).toBe("x");
  expect(lines).toEqual([]);
});

test("a program that is not built is said to be missing", async () => {
  await start(1, null);
  expect(lines).toEqual([expect.stringContaining("is not built")]);
  await start(0, null);
  expect(lines).toHaveLength(1);
});
