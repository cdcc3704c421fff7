import { describe, expect, test } from "vitest";
import { Failure } from "./failure.mjs";
import { checkNode, isInstalled } from "./setup.mjs";

test.each(["20.19.0", "20.20.2", "22.0.0", "100.1.0"])("Node %s is new enough", (version) => {
  expect(() => checkNode(version)).not.toThrow();
});

test.each(["18.20.0", "20.18.9", "8.0.0"])("Node %s is refused", (version) => {
  expect(() => checkNode(version)).toThrow(Failure);
});

describe("isInstalled", () => {
  const wanted = {
    "": { version: "0.1.0" },
    "packages/own": { version: "0.1.0" },
    "node_modules/own": { link: true },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/for-another-platform": { version: "1.0.0", integrity: "sha512-b", optional: true },
  };
  const { "": _root, "node_modules/for-another-platform": _other, ...installed } = wanted;

  test("accepts what npm ci leaves", () => {
    expect(isInstalled(wanted, installed)).toBe(true);
  });

  test.each([
    ["nothing was ever installed", undefined],
    ["another version is there", { ...installed, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }],
    ["other contents are there", { ...installed, "node_modules/a": { version: "1.0.0", integrity: "sha512-c" } }],
    ["a package is missing", { ...installed, "node_modules/a": undefined }],
    ["a workspace is not linked", { ...installed, "node_modules/own": undefined }],
  ])("refuses when %s", (_case, found) => {
    expect(isInstalled(wanted, found)).toBe(false);
  });
});
