/**
 * The program of the thread behind `LargeFiles`. To hash hundreds of megabytes and to wait for the disk on the thread
 * that trains would hold up rounds. Every message gets one answer.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";

export type ToFileThread =
  | { readonly type: "begin"; readonly temporary: string }
  /** The first `length` bytes of the buffer, which is handed back. */
  | { readonly type: "piece"; readonly buffer: ArrayBuffer; readonly length: number }
  /** Everything is there: on to the disk, and under its own name. */
  | { readonly type: "end"; readonly path: string };

export type FromFileThread =
  | { readonly type: "done" }
  | { readonly type: "taken"; readonly buffer: ArrayBuffer }
  | { readonly type: "written"; readonly sha256: string }
  /** The file is given up. */
  | { readonly type: "failed"; readonly message: string };

let file: { readonly descriptor: number; readonly hash: Hash; readonly temporary: string } | null = null;

parentPort?.on("message", (message: ToFileThread) => {
  let answer: FromFileThread;
  try {
    answer = answerTo(message);
  } catch (error) {
    abandon();
    answer = { type: "failed", message: (error as Error).message };
  }
  parentPort?.postMessage(answer, answer.type === "taken" ? [answer.buffer] : []);
});

function answerTo(message: ToFileThread): FromFileThread {
  if (message.type === "begin") {
    file = { descriptor: openSync(message.temporary, "wx"), hash: createHash("sha256"), temporary: message.temporary };
    return { type: "done" };
  }
  if (file === null) throw new Error("No file has been begun.");
  const { descriptor, hash, temporary } = file;
  if (message.type === "piece") {
    const bytes = new Uint8Array(message.buffer, 0, message.length);
    hash.update(bytes);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    return { type: "taken", buffer: message.buffer };
  }
  fsyncSync(descriptor);
  file = null;
  closeSync(descriptor);
  try {
    renameSync(temporary, message.path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return { type: "written", sha256: hash.digest("hex") };
}

function abandon(): void {
  if (file === null) return;
  const { descriptor, temporary } = file;
  file = null;
  for (const tidy of [() => closeSync(descriptor), () => rmSync(temporary, { force: true })]) {
    try {
      tidy();
    } catch {
      // The first error is the one that is told. What is left behind is swept away at the next start.
    }
  }
}
