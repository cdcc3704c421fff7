import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { obtainAccessTokens } from "./access-tokens.ts";

let dataDir: string;
let file: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "convoy-"));
  file = join(dataDir, "access.json");
});
afterEach(() => rm(dataDir, { recursive: true }));

test("[A7] tokens are made once and kept, each data folder its own", async () => {
  const first = await obtainAccessTokens(dataDir);
  expect(first.invitation).not.toBe(first.adminKey);
  expect(await obtainAccessTokens(dataDir)).toEqual(first);
  expect((await obtainAccessTokens(join(dataDir, "other"))).invitation).not.toBe(first.invitation);
});

test.skipIf(process.platform === "win32")("nobody else on the machine may read them", async () => {
  const mode = async () => (await stat(file)).mode & 0o777;
  await obtainAccessTokens(dataDir);
  expect(await mode()).toBe(0o600);
  await chmod(file, 0o644);
  await obtainAccessTokens(dataDir);
  expect(await mode()).toBe(0o600);
});

test.each(["", "{", "null", '{"invitation":"k7m4-x9p2"}', '{"invitation":"short","adminKey":"abcd-abcd-abcd-abcd"}'])(
  "a file that holds %j is said to be damaged, and left alone",
  async (text) => {
    await writeFile(file, text);
    const failure = await obtainAccessTokens(dataDir).catch((error: unknown) => error);
    expect(failure).toEqual(
      new StartError(`The tokens in ${file} are damaged: delete the file, and new ones are made.`),
    );
    expect(await readFile(file, "utf8")).toBe(text);
  },
);
