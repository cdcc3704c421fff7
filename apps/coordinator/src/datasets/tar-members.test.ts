import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { DatasetError } from "@convoy/datasets";
import { expect, test } from "vitest";
import { tarOf } from "./small-cifar10.ts";
import { readTarMembers } from "./tar-members.ts";

const contents = new Map([
  ["folder/a.bin", randomBytes(3000)],
  ["folder/readme.html", randomBytes(100)],
  ["folder/b.bin", randomBytes(2_500_000)],
]);
const wanted = { name: "archive", members: ["b.bin", "a.bin"] };

test.each([
  ["plain", (tar: Buffer) => tar],
  ["compressed", (tar: Buffer) => gzipSync(tar)],
])("members of a %s archive come in the order that was asked for", async (_, pack) => {
  const members = await readTarMembers(pack(tarOf(contents)), wanted);
  expect(members.map(({ name }) => name)).toEqual(["b.bin in archive", "a.bin in archive"]);
  expect(Buffer.compare(members[0]?.bytes as Uint8Array, contents.get("folder/b.bin") as Buffer)).toBe(0);
  expect(Buffer.compare(members[1]?.bytes as Uint8Array, contents.get("folder/a.bin") as Buffer)).toBe(0);
});

test.each<[string, () => Buffer, RegExp]>([
  ["has no such member", () => tarOf(new Map([["a.bin", Buffer.alloc(5)]])), /^archive has no b\.bin in it\.$/],
  ["is nothing of the kind", () => randomBytes(5000), /^archive cannot be read as a tar archive: /],
  ["is empty", () => Buffer.alloc(0), /^archive /],
  ["is cut off while compressed", () => gzipSync(tarOf(contents)).subarray(0, 2_000_000), /^archive cannot be read/],
  ["is cut off", () => tarOf(contents).subarray(0, 2_000_000), /^archive cannot be read/],
  ["has a damaged header", () => damaged(tarOf(contents), 20), /^archive cannot be read/],
  ["has damaged compressed bytes", () => damaged(gzipSync(tarOf(contents)), 100_000), /^archive cannot be read/],
])("an archive that %s is refused", async (_, make, message) => {
  const error = await readTarMembers(make(), wanted).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  expect((error as Error).message).toMatch(message);
});

test("a member may be too large", async () => {
  await expect(readTarMembers(tarOf(contents), { ...wanted, mostBytes: 3000 })).rejects.toThrow(
    "b.bin in archive has 2500000 bytes, expected 3000.",
  );
});

function damaged(bytes: Buffer, place: number): Buffer {
  bytes.fill(0xaa, place, place + 40);
  return bytes;
}
