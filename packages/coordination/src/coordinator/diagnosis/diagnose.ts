import type { Diagnosis } from "@convoy/protocol";
import { findCollapse } from "./collapse.ts";
import type { TrainedTask, TrainingCurves } from "./curves.ts";
import { findDivergence } from "./divergence.ts";
import { findOverfitting } from "./overfitting.ts";
import { findPlateau } from "./plateau.ts";

/**
 * What is wrong with a training, or null: of what holds, the one that explains most. A network that collapsed after
 * it had learned has also grown far beyond its best, and one that does either is on a plateau.
 */
export function diagnose(curves: TrainingCurves, task: TrainedTask): Diagnosis | null {
  return (
    findCollapse(curves, task) ?? findDivergence(curves, task) ?? findOverfitting(curves, task) ?? findPlateau(curves)
  );
}
