import { limits } from "@convoy/protocol";
import { expect, test } from "vitest";
import { PublishedVersions } from "./published-versions.ts";

const versionOf = (version: number) => ({ version, frame: Uint8Array.of(version) });

test("[N6] an old version is there as long as somebody is to fetch it, and only a few are", () => {
  const newest = versionOf(9);
  const versions = new PublishedVersions("00112233445566ff", newest);
  for (const version of [5, 6, 7, 8]) versions.keep(versionOf(version), new Set([5, 6, 8]));
  const found = [4, 5, 6, 7, 8, 9, 10].filter((version) => versions.find(version) !== null);
  expect(limits.snapshotVersions).toBe(2);
  expect(found).toEqual([6, 8, 9]);
  expect(versions.find(9)).toBe(newest.frame);
  versions.keep(versionOf(9), new Set([8]));
  expect(versions.find(6)).toBeNull();
  expect(versions.find(8)).toEqual(Uint8Array.of(8));
});
