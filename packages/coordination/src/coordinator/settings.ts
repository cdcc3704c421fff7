import type { Recipe } from "@convoy/models";

/** What is fixed for a whole run. */
export interface RunSettings {
  /** 16 hexadecimal digits. */
  readonly run: string;
  readonly recipe: Recipe;
  readonly parameterCount: number;
  readonly seed: number;
  /** The recipe's, unless the run was asked for fewer or more. */
  readonly epochs: number;
  readonly trainCount: number;
  readonly testCount: number;
  readonly dataset: {
    readonly name: string;
    readonly title: string;
    /** Why it is not the recipe's dataset; null when it is. */
    readonly warning: string | null;
  };
}
