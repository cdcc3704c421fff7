/** The command line, and the only reader of the environment. */
import { limits } from "@convoy/protocol";
import { Command, InvalidArgumentError, Option } from "commander";

export interface HeadlessWorkerOptions {
  readonly url: string;
  readonly name: string;
  readonly engine: string | undefined;
  readonly quiet: boolean;
}

export function readOptions(args: readonly string[]): HeadlessWorkerOptions {
  return new Command("convoy-worker")
    .description("Lends this machine to a run, without a browser.")
    .addOption(
      option("--url <address>", "URL", "the coordinator's address")
        .default("http://localhost:4300")
        .argParser(webAddress),
    )
    .addOption(
      option("--name <name>", "NAME", "the name that the dashboard shows")
        .default("Headless worker")
        .argParser(shownName),
    )
    .addOption(new Option("--engine <name>", "use this engine and no other").choices(["tfjs-wasm", "tfjs-cpu"]))
    .addOption(new Option("--quiet", "say nothing unless it fails").default(false))
    .parse([...args], { from: "user" })
    .opts<HeadlessWorkerOptions>();
}

/** An empty variable counts as unset: that is what a shell leaves of a value that is missing. */
function option(flags: string, variable: string, description: string): Option {
  const made = new Option(flags, description);
  return process.env[`CONVOY_${variable}`] === "" ? made : made.env(`CONVOY_${variable}`);
}

function webAddress(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  if (protocol !== "http:" && protocol !== "https:") {
    throw new InvalidArgumentError("It must be a web address such as http://localhost:4300.");
  }
  return text;
}

function shownName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > limits.nameLength) {
    throw new InvalidArgumentError(`It must have 1 to ${limits.nameLength} characters.`);
  }
  return name;
}
