import { execFileSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { collectRarely, optimizeEarly } from "./v8-settings.ts";

const { setFlagsFromString } = vi.hoisted(() => ({ setFlagsFromString: vi.fn() }));
vi.mock("node:v8", () => ({ setFlagsFromString }));

test.each([collectRarely, optimizeEarly])("what %o asks of V8 is something it knows", (ask) => {
  setFlagsFromString.mockClear();
  ask();
  const [flag] = setFlagsFromString.mock.calls[0] as [string];
  expect(flag).toMatch(/^--[a-z-]+=\d+$/);
  const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  expect(known).toContain(` ${flag.split("=")[0]} `);
});
