import type { Recipe } from "@convoy/models";
import type { CodecName } from "@convoy/protocol";
import type { Strategy } from "./local/strategy.ts";

/** What is fixed for a whole run. */
export interface RunSettings {
  /** 16 hexadecimal digits. */
  readonly run: string;
  readonly recipe: Recipe;
  readonly parameterCount: number;
  readonly seed: number;
  /** The file whose parameters it started from, by name and content; left out where it started from its seed. */
  readonly startedFrom?: { readonly file: string; readonly sha256: string } | undefined;
  /** The recipe's, unless the run was asked for fewer or more. */
  readonly epochs: number;
  readonly strategy: Strategy;
  /** How workers encode what they send; "auto": as each round is expected to be quickest. */
  readonly codec: CodecName | "auto";
  /** How the change from one version of the parameters to the next is encoded; with fp32 all of them are sent. */
  readonly downCodec: CodecName | "auto";
  /** Whether the run is to be the same bit for bit, whoever computes it: then every worker has the same engine. */
  readonly exact: boolean;
  /** The run is saved so often while it trains, in milliseconds. */
  readonly checkpointMs: number;
  readonly trainCount: number;
  readonly testCount: number;
  readonly dataset: {
    readonly name: string;
    readonly title: string;
    /** Why it is not the recipe's dataset; null when it is. */
    readonly warning: string | null;
  };
}
