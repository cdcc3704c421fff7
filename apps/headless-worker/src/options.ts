/** The command line, and the only reader of the environment. */
import { Command, Option } from "commander";

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
      new Option("--url <address>", "the coordinator's address").env("CONVOY_URL").default("http://localhost:4300"),
    )
    .addOption(
      new Option("--name <name>", "the name that the dashboard shows").env("CONVOY_NAME").default("Headless worker"),
    )
    .addOption(new Option("--engine <name>", "use this engine and no other").choices(["tfjs-wasm", "tfjs-cpu"]))
    .addOption(new Option("--quiet", "say nothing unless it fails").default(false))
    .parse([...args], { from: "user" })
    .opts<HeadlessWorkerOptions>();
}
