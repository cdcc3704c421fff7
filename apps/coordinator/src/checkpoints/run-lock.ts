import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { temporaryName } from "../write-atomically.ts";

const FILE = "in-use.json";
const times = {
  /** The owner shows so often that it is alive. */
  beatMs: 1000,
  /** An owner that has not shown it for so long is dead: many beats, for a process that is busy. */
  silenceMs: 10_000,
};
const LOOK_MS = 100;
/** Who finds a dead owner's lock at the same moment has written by then. */
const RACE_MS = 50;

const ownerSchema = z.strictObject({ process: z.int(), machine: z.string(), id: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Locks that this process holds. */
const held = new Set<string>();

/**
 * Says of a run's folder that a living coordinator writes to it. A file that its owner touches every second, so that
 * nothing needs to be tidied up after a process that was killed, whatever its number means by now or elsewhere.
 */
export class RunLock {
  readonly #path: string;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, id: string, beatMs: number, onLost: () => void) {
    this.#path = path;
    this.#id = id;
    held.add(id);
    this.#timer = setInterval(() => void this.#beat(onLost), beatMs);
    this.#timer.unref();
  }

  /**
   * Null when someone else who is alive has it. `onLost`: this process was silent for so long that another has taken
   * the run; it must not write any more.
   */
  static async take(folder: string, onLost: () => void, { beatMs, silenceMs } = times): Promise<RunLock | null> {
    const path = join(folder, FILE);
    const id = randomUUID();
    const text = JSON.stringify({ process: process.pid, machine: hostname(), id } satisfies Owner);
    if (await create(path, text)) return new RunLock(path, id, beatMs, onLost);
    if (await isAlive(path, silenceMs)) return null;
    // Over the dead owner's, in one go; of several who do it, the last has it.
    const own = join(folder, temporaryName(FILE));
    await writeFile(own, text);
    await rename(own, path);
    await pause(RACE_MS);
    return (await readOwner(path))?.id === id ? new RunLock(path, id, beatMs, onLost) : null;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    held.delete(this.#id);
    if ((await readOwner(this.#path))?.id === this.#id) await rm(this.#path, { force: true });
  }

  async #beat(onLost: () => void): Promise<void> {
    const owner = await readOwner(this.#path);
    if (owner?.id === this.#id) {
      const now = new Date();
      await utimes(this.#path, now, now).catch(() => {});
    } else if (owner !== null && held.has(this.#id)) {
      clearInterval(this.#timer);
      onLost();
    }
  }
}

/** Makes the file, unless there is one. */
async function create(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/**
 * Whether the owner lives. That no process has its number says no; that one has it says nothing, since numbers are used
 * again: then the owner is watched.
 */
async function isAlive(path: string, silenceMs: number): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner?.machine === hostname()) {
    if (owner.process === process.pid) return held.has(owner.id);
    if (!isRunning(owner.process)) return false;
  }
  const seen = await lastBeat(path);
  for (let waited = 0; waited < silenceMs; waited += LOOK_MS) {
    await pause(LOOK_MS);
    const beat = await lastBeat(path);
    if (beat !== seen) return beat !== null;
  }
  return false;
}

function isRunning(number: number): boolean {
  try {
    return process.kill(number, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function lastBeat(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.mtimeMs ?? null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
