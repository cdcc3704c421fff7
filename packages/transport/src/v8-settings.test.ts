import { execFileSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { collectRarely, optimizeEarly } from "./v8-settings.ts";

const { setFlagsFromString } = vi.hoisted(() => ({ setFlagsFromString: vi.fn() }));
vi.mock("node:v8", () => ({ setFlagsFromString }));

const settings = { collectRarely: () => collectRarely(), optimizeEarly: () => optimizeEarly() };

test.each(Object.entries(settings))("what %s asks of V8 is something it knows", (_, ask) => {
  setFlagsFromString.mockClear();
  ask();
  const [flag] = setFlagsFromString.mock.calls[0] as [string];
  expect(flag).toMatch(/^--[a-z-]+=\d+$/);
  const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  expect(known).toContain(` ${flag.split("=")[0]} `);
});

test("of each version of V8 is asked what that one knows", () => {
  setFlagsFromString.mockClear();
  for (const version of ["11.3.244.8-node.33", "12.4.254.21-node.33", "13.6.233.17-node.40"]) optimizeEarly(version);
  const flags = setFlagsFromString.mock.calls.map(([flag]) => (flag as string).split("=")[0]);
  expect(flags).toEqual(["--interrupt-budget", "--interrupt-budget", "--invocation-count-for-turbofan"]);
});
