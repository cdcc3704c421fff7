import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
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

const CERTIFICATE = rootCertificates[0] as string;

const defaults = { url: "http://localhost:4300", token: null, name: "Headless worker", threads: 1, quiet: false };

test("it uses as many cores as it is told, and says what it was told wrongly", () => {
  expect(readOptions(["--threads", "4"]).threads).toBe(4);
  for (const count of ["0", "-1", "1.5", "all"]) {
    expect(ended(`--threads=${count}`)).toContain("It must be a whole number from 1 to 999.");
  }
});

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

test("the link that is shared with everybody is an address as well, with the invitation in it", () => {
  const link = "http://192.168.1.5:4300/worker/#invite=k7m4-x9p2";
  expect(readOptions(["--url", link])).toEqual({ ...defaults, url: "http://192.168.1.5:4300", token: "k7m4-x9p2" });
  expect(readOptions(["--url", "https://[fd00::2]:4300/#admin=abcd"])).toMatchObject({
    url: "https://[fd00::2]:4300",
    token: "abcd",
  });
  expect(readOptions(["--url", "http://localhost:4300/worker/"])).toEqual(defaults);
});

test("an invitation that is given by itself comes before the one in the address", () => {
  const args = ["--url", "http://192.168.1.5:4300/#invite=old"];
  expect(readOptions([...args, "--token", "K7M4 X9P2"]).token).toBe("K7M4 X9P2");
  vi.stubEnv("CONVOY_TOKEN", "from-environment");
  expect(readOptions(args).token).toBe("from-environment");
  vi.stubEnv("CONVOY_TOKEN", "");
  expect(readOptions(args).token).toBe("old");
});

test("the longest invitation is taken, and an empty or a longer one is refused in a sentence", () => {
  const longest = "x".repeat(limits.tokenLength);
  expect(readOptions(["--token", longest]).token).toBe(longest);
  for (const token of ["", " ", `${longest}x`])
    expect(ended("--token", token)).toContain("It must have 1 to 128 characters.");
});

test("the certificate of an authority is read from its file, and what is none is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "convoy-"));
  try {
    const file = join(folder, "ca.crt");
    writeFileSync(file, CERTIFICATE);
    expect(readOptions(["--ca", file]).ca).toBe(CERTIFICATE);
    vi.stubEnv("CONVOY_CA", file);
    expect(readOptions([]).ca).toBe(CERTIFICATE);
    vi.stubEnv("CONVOY_CA", undefined);
    writeFileSync(file, "something else");
    expect(ended("--ca", file)).toContain("It must hold a certificate in PEM form.");
    expect(ended("--ca", join(folder, "gone"))).toContain("There is no such file.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the longest name is taken, and an empty or a longer one is refused in a sentence", () => {
  const longest = "x".repeat(limits.nameLength);
  expect(readOptions(["--name", longest]).name).toBe(longest);
  for (const name of ["", "  ", `${longest}x`]) {
    expect(ended("--name", name)).toContain("It must have 1 to 80 characters.");
  }
});
