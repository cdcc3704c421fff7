import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileThread } from "../test-threads.ts";
import { sweepTemporaries, temporaryName } from "../write-atomically.ts";
import { LargeFiles } from "./large-files.ts";

let folder: string;
let files: LargeFiles;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-large-"));
  files = new LargeFiles(fileThread());
});
afterEach(async () => {
  await files.close();
  await rm(folder, { recursive: true });
});

function bytes(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (first + i) % 251);
}

test("the parts are in the file one after the other, and the file is known by its hash", async () => {
  const parts = [bytes(11, 1), bytes(3_000_001, 2), bytes(0, 0), bytes(1024 * 1024, 3)];
  const whole = Buffer.concat(parts);
  const written = await files.write(folder, "file", parts);
  expect(Buffer.compare(await readFile(join(folder, "file")), whole)).toBe(0);
  expect(written).toEqual({ bytes: whole.length, sha256: createHash("sha256").update(whole).digest("hex") });
  expect(await readdir(folder)).toEqual(["file"]);
});

test("a part is a view: what surrounds it is not written", async () => {
  await files.write(folder, "file", [bytes(100, 0).subarray(10, 20)]);
  expect(new Uint8Array(await readFile(join(folder, "file")))).toEqual(bytes(10, 10));
});

test("files that are asked for at once are written one after the other, each whole", async () => {
  const contents = [1, 2, 3].map((first) => bytes(2_000_000 + first, first));
  await Promise.all(contents.map((content, i) => files.write(folder, `file ${i}`, [content])));
  for (const [i, content] of contents.entries()) {
    expect(Buffer.compare(await readFile(join(folder, `file ${i}`)), content)).toBe(0);
  }
});

test("a newer file takes the place of the older", async () => {
  await files.write(folder, "file", [bytes(1000, 1)]);
  await files.write(folder, "file", [bytes(10, 2)]);
  expect(new Uint8Array(await readFile(join(folder, "file")))).toEqual(bytes(10, 2));
});

test("what the disk refuses is told, leaves nothing behind, and the next file is written", async () => {
  await expect(files.write(join(folder, "missing"), "file", [bytes(10, 1)])).rejects.toThrow("ENOENT");
  // A folder that is not empty cannot be replaced by a file: this fails after everything was written.
  await mkdir(join(folder, "taken"));
  await writeFile(join(folder, "taken", "kept"), "kept");
  await expect(files.write(folder, "taken", [bytes(3_000_000, 1)])).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM/);
  expect(await readdir(folder)).toEqual(["taken"]);
  await files.write(folder, "file", [bytes(10, 1)]);
  expect(new Uint8Array(await readFile(join(folder, "file")))).toEqual(bytes(10, 1));
});

test("a thread that dies is told, and the next file gets another", async () => {
  const program = join(folder, "thread.mjs");
  await writeFile(program, "process.exit(1);");
  const failing = new LargeFiles(program);
  await expect(failing.write(folder, "file", [bytes(10, 1)])).rejects.toThrow("the thread that writes files has ended");
  await writeFile(program, await readFile(fileThread()));
  await failing.write(folder, "file", [bytes(10, 1)]);
  await failing.close();
  expect(new Uint8Array(await readFile(join(folder, "file")))).toEqual(bytes(10, 1));
});

test("closing waits for what was asked for", async () => {
  const writing = files.write(folder, "file", [bytes(3_000_000, 1)]);
  await files.close();
  expect((await writing).bytes).toBe(3_000_000);
});

test("what an interrupted write has left is swept away, and nothing else", async () => {
  await writeFile(join(folder, temporaryName("file")), "a part");
  await writeFile(join(folder, "file"), "whole");
  await writeFile(join(folder, ".hidden"), "somebody's");
  await sweepTemporaries(folder);
  expect((await readdir(folder)).toSorted()).toEqual([".hidden", "file"]);
});
