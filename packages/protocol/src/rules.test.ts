import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { limits } from "./limits.ts";
import { refusalReasons } from "./refusal.ts";
import { messagesToCoordinator, messagesToViewer, messagesToWorker, transferPackets } from "./test-messages.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/PROTOCOL.md"), "utf8");
const ruleIds = [...page.matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)].map((match) => match[1] as string);

/** The TypeScript files of a package. */
function sourcesOf(folder: string): string[] {
  const source = join(root, folder, "src");
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `${source}/${path}`);
}

/** Every test, and suites that several tests share. */
const isTest = (path: string) => path.endsWith(".test.ts") || path.includes("/conformance/");

const testFiles = ["packages", "apps"].flatMap((tier) =>
  readdirSync(join(root, tier)).flatMap((name) => sourcesOf(`${tier}/${name}`).filter(isTest)),
);

/** Rules at the beginning of a title, or alone in a table of cases. */
function rulesIn(text: string): string[] {
  const titles = [...text.matchAll(/["'`]((?:\[[A-Z]\d+\] )+)/g)].flatMap(
    ([, tags = ""]) => tags.match(/[A-Z]\d+/g) ?? [],
  );
  const cases = text.includes('"[%s] ')
    ? [...text.matchAll(/^\s*\[?\s*"([A-Z]\d+)",/gm)].map((match) => match[1] as string)
    : [];
  return [...titles, ...cases];
}

const testedIn = new Map<string, string>();
for (const file of testFiles) for (const id of rulesIn(readFileSync(file, "utf8"))) testedIn.set(id, file);

describe("docs/PROTOCOL.md", () => {
  test("numbers its rules without a gap or a double", () => {
    const letters = [...new Set(ruleIds.map((id) => id[0] as string))];
    for (const letter of letters) {
      const numbers = ruleIds.filter((id) => id.startsWith(letter)).map((id) => Number(id.slice(1)));
      expect(numbers, `rules ${letter}`).toEqual(numbers.map((_, index) => index + 1));
    }
    expect(letters.length).toBeGreaterThan(7);
  });

  test("has no rule without a test", () => {
    expect(ruleIds.filter((id) => !testedIn.has(id))).toEqual([]);
  });

  test("has every rule that a test names", () => {
    expect([...testedIn].filter(([id]) => !ruleIds.includes(id))).toEqual([]);
  });

  test.each([
    ["reason of a refusal", refusalReasons],
    ["message to the coordinator", Object.keys(messagesToCoordinator)],
    ["message to a worker", Object.keys(messagesToWorker)],
    ["message to a viewer", Object.keys(messagesToViewer)],
    ["packet of a long message", Object.keys(transferPackets)],
    ["limit", Object.keys(limits)],
  ])("has a row for every %s", (_, names) => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const missing = names.filter((name) => !rows.some((row) => row.split("|")[1]?.includes(`\`${name}\``)));
    expect(missing).toEqual([]);
  });

  test("has a rule for every reason of a refusal", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const rulesOf = (reason: string) => rows.find((row) => row.startsWith(`| \`${reason}\` |`))?.split("|")[2] ?? "";
    expect(refusalReasons.filter((reason) => !/[A-Z]\d/.test(rulesOf(reason)))).toEqual([]);
  });

  test("has no reason of a refusal that nobody gives, nor one that no test of who gives it pins", () => {
    const refusing = ["packages/protocol", "packages/transport", "packages/coordination", "apps/coordinator"].flatMap(
      (folder) => sourcesOf(folder).filter((path) => !path.includes("/coordination/src/worker/")),
    );
    const namedIn = (paths: readonly string[]) => {
      const text = paths.map((path) => readFileSync(path, "utf8")).join("\n");
      return (reason: string) => text.includes(`"${reason}"`);
    };
    const given = namedIn(
      refusing.filter((path) => !isTest(path) && !/refusal\.ts$|test-|\/hostile\//.test(path.slice(root.length))),
    );
    const pinned = namedIn(refusing.filter(isTest));
    expect(refusalReasons.filter((reason) => !given(reason) || !pinned(reason))).toEqual([]);
  });

  test("names only rules that exist", () => {
    const letters = [...new Set(ruleIds.map((id) => id[0]))].join("");
    const named = page.match(new RegExp(`\\b[${letters}]\\d+\\b`, "g")) ?? [];
    expect(named.filter((id) => !ruleIds.includes(id))).toEqual([]);
  });
});
