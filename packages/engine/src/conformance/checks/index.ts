import type { ConformanceCheck } from "../conformance-check.ts";
import { agreementChecks } from "./agreement.ts";
import { drawChecks } from "./draws.ts";
import { finiteDifferenceChecks } from "./finite-differences.ts";
import { lifeChecks } from "./life.ts";
import { preprocessingChecks } from "./preprocessing.ts";
import { pytorchChecks } from "./pytorch.ts";
import { refusalChecks } from "./refusals.ts";
import { stepChecks } from "./steps.ts";
import { sumChecks } from "./sums.ts";

export const conformanceChecks: readonly ConformanceCheck[] = [
  ...finiteDifferenceChecks,
  ...agreementChecks,
  ...pytorchChecks,
  ...preprocessingChecks,
  ...drawChecks,
  ...sumChecks,
  ...stepChecks,
  ...lifeChecks,
  ...refusalChecks,
];
