import { limits } from "@convoy/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readOptions } from "./options.ts";

/** Whatever the machine that runs the tests has set. */
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("CONVOY_")) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What is written to the terminal when the options end the program. */
function ended(...args: string[]): string {
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  class Ended extends Error {}
  const exit = vi.spyOn(process, "exit").mockImplementation(() => {
    throw new Ended();
  });
  expect(() => readOptions(args)).toThrow(Ended);
  expect(exit.mock.calls[0]?.[0]).toBe(1);
  return text;
}

const defaults = { url: "http://localhost:4300", name: "Headless worker", quiet: false };

test("without options it lends this machine to a coordinator on it", () => {
  expect(readOptions([])).toEqual(defaults);
});

test("options come from the arguments, then from the environment; an empty variable counts as unset", () => {
  vi.stubEnv("CONVOY_URL", "https://convoy.example");
  vi.stubEnv("CONVOY_NAME", "Server");
  expect(readOptions(["--name", " Desk "])).toEqual({ ...defaults, url: "https://convoy.example", name: "Desk" });
  vi.stubEnv("CONVOY_URL", "");
  vi.stubEnv("CONVOY_NAME", "");
  expect(readOptions([])).toEqual(defaults);
});

test.each(["", "localhost:4300", "convoy", "ftp://localhost", "http://", "http://localhost:99999"])(
  "the address %j is refused in a sentence",
  (url) => {
    const text = ended("--url", url);
    expect(text).toContain("--url");
    expect(text).toContain("It must be a web address such as http://localhost:4300.");
  },
);

test("the longest name is taken, and an empty or a longer one is refused in a sentence", () => {
  const longest = "x".repeat(limits.nameLength);
  expect(readOptions(["--name", longest]).name).toBe(longest);
  for (const name of ["", "  ", `${longest}x`]) {
    expect(ended("--name", name)).toContain("It must have 1 to 80 characters.");
  }
});
