import { type CodecName, codecNames } from "@convoy/protocol";
import { Command, InvalidArgumentError, Option } from "commander";

export interface SimulateOptions {
  /** The first. */
  readonly seed: number;
  readonly seeds: number;
  readonly workers: number;
  readonly steps: number;
  readonly faults: "all" | "none";
  readonly strategy: "any" | "sync" | "local";
  readonly downCodec: "any" | "auto" | CodecName;
  readonly json: string | undefined;
}

export function readOptions(args: readonly string[]): SimulateOptions {
  return new Command("simulate")
    .description("Lets the real state machines train under virtual time, over a network that fails.")
    .addOption(new Option("--seed <number>", "the first seed").default(1).argParser(wholeNumber(0)))
    .addOption(
      new Option("--seeds <count>", "how many seeds, one after the other").default(1).argParser(wholeNumber(1)),
    )
    .addOption(new Option("--workers <count>", "workers of a run").default(50).argParser(wholeNumber(1)))
    .addOption(
      new Option("--steps <count>", "steps of a run, rounded up to whole epochs")
        .default(200)
        .argParser(wholeNumber(1)),
    )
    .addOption(new Option("--faults <which>", "what may go wrong").choices(["all", "none"]).default("all"))
    .addOption(
      new Option("--strategy <which>", "what a run does; any: the seed decides")
        .choices(["any", "sync", "local"])
        .default("any"),
    )
    .addOption(
      new Option(
        "--down-codec <which>",
        "how changes of the parameters go down; auto: as the coordinator chooses; any: the seed decides",
      )
        .choices(["any", "auto", ...codecNames])
        .default("any"),
    )
    .addOption(new Option("--json <file>", "write the figures to this file"))
    .parse([...args], { from: "user" })
    .opts<SimulateOptions>();
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
    return value;
  };
}
