import type { ConformanceCheck } from "../conformance-check.ts";
import { agreementChecks } from "./agreement.ts";
import { finiteDifferences } from "./finite-differences.ts";
import { lifeChecks } from "./life.ts";
import { refusalChecks } from "./refusals.ts";
import { sumChecks } from "./sums.ts";

export const conformanceChecks: readonly ConformanceCheck[] = [
  finiteDifferences,
  ...agreementChecks,
  ...sumChecks,
  ...lifeChecks,
  ...refusalChecks,
];
