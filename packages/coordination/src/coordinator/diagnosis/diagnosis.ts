/** What is wrong with a training, as its curves show it. */
export interface Diagnosis {
  readonly kind: "collapse" | "divergence" | "plateau" | "overfitting";
  /** The step with which it began, from 1. */
  readonly sinceStep: number;
  /** What is seen, and what usually helps. */
  readonly sentence: string;
}
