/** docs/results.md: what people write stands above a mark, what is made of docs/results/*.json below it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { recipes } from "@convoy/models";
import type * as z from "zod";
import { describeComparison } from "./exact-table.ts";
import { overviewOf } from "./overview.ts";
import { type Results, resultsSchema } from "./results.ts";
import { describeResults } from "./table.ts";

const MARK = "<!-- From here on written by `npm run reproduce -- --table`. -->";

export function describeAny(results: Results): string {
  return results.kind === "exact" ? describeComparison(results) : describeResults(results);
}

export function writeResultsDocument(root: string): void {
  writeFileSync(documentOf(root), resultsDocument(root));
}

/** The document as it has to be. @throws Error that names a file which holds no results. */
export function resultsDocument(root: string): string {
  const folder = path.join(root, "docs/results");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const all = names.map((name) => readResults(path.join(folder, name)));
  const [written = ""] = readFileSync(documentOf(root), "utf8").split(MARK);
  const inOrder = all.toSorted((a, b) => rank(a) - rank(b));
  return `${written}${MARK}\n\n${[overviewOf(inOrder), ...inOrder.map(describeAny)].join("\n")}`;
}

function documentOf(root: string): string {
  return path.join(root, "docs/results.md");
}

/** Whole recipes first, then shortened ones, each in the order in which recipes are listed; exact runs last. */
function rank({ recipe, whole, kind }: Results): number {
  const place = recipes.findIndex(({ name }) => name === recipe);
  return place + (whole ? 0 : 100) + (kind === "exact" ? 1000 : 0);
}

function readResults(file: string): Results {
  const parsed = resultsSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0] as z.core.$ZodIssue;
  throw new Error(`${file} holds no results: ${issue.path.join(".")}: ${issue.message}.`);
}
