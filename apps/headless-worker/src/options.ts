/** The command line, and the only reader of the environment. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { limits, tokensOfLink } from "@convoy/protocol";
import { Command, InvalidArgumentError, Option } from "commander";

export interface HeadlessWorkerOptions {
  /** Origin of the coordinator. */
  readonly url: string;
  /** Null where nothing but the address is known. */
  readonly token: string | null;
  /** Certificate, as PEM, of the authority that has signed the coordinator's; undefined for one that Node.js knows. */
  readonly ca: string | undefined;
  readonly name: string;
  readonly engine: string | undefined;
  /** Of the processor, at most. */
  readonly threads: number;
  readonly quiet: boolean;
}

export function readOptions(args: readonly string[]): HeadlessWorkerOptions {
  const { url: link, token, ...others } = parse(args);
  const carried = tokensOfLink(link);
  return { ...others, url: new URL(link).origin, token: token ?? carried.invitation ?? carried.adminKey };
}

type ParsedOptions = Omit<HeadlessWorkerOptions, "token"> & { readonly token: string | undefined };

function parse(args: readonly string[]): ParsedOptions {
  return new Command("convoy-worker")
    .description("Lends this machine to a run, without a browser.")
    .addOption(
      option(
        "--url <address>",
        "URL",
        "the coordinator's address, or a link to its worker page with the invitation in it",
      )
        .default("http://localhost:4300")
        .argParser(webAddress),
    )
    .addOption(
      option("--token <invitation>", "TOKEN", "the invitation, where the address does not carry it").argParser(
        shownToken,
      ),
    )
    .addOption(
      option(
        "--ca <file>",
        "CA",
        "trust this authority's certificate for https, as the coordinator serves it at /ca.crt",
      ).argParser(certificateIn),
    )
    .addOption(
      option("--name <name>", "NAME", "the name that the dashboard shows")
        .default("Headless worker")
        .argParser(shownName),
    )
    .addOption(new Option("--engine <name>", "use this engine and no other").choices(["wasm", "tfjs-wasm", "tfjs-cpu"]))
    .addOption(option("--threads <count>", "THREADS", "processor cores it may use").default(1).argParser(threadCount))
    .addOption(new Option("--quiet", "say nothing unless it fails").default(false))
    .parse([...args], { from: "user" })
    .opts<ParsedOptions>();
}

/** An empty variable counts as unset: that is what a shell leaves of a value that is missing. */
function option(flags: string, variable: string, description: string): Option {
  const made = new Option(flags, description);
  return process.env[`CONVOY_${variable}`] === "" ? made : made.env(`CONVOY_${variable}`);
}

function threadCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 to 999.");
  return Number(text);
}

function webAddress(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  if (protocol !== "http:" && protocol !== "https:") {
    throw new InvalidArgumentError("It must be a web address such as http://localhost:4300.");
  }
  return text;
}

function certificateIn(path: string): string {
  try {
    const pem = readFileSync(path, "utf8");
    return new X509Certificate(pem) && pem;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new InvalidArgumentError(isMissing ? "There is no such file." : "It must hold a certificate in PEM form.");
  }
}

function shownToken(text: string): string {
  if (text.trim() === "" || text.length > limits.tokenLength) {
    throw new InvalidArgumentError(`It must have 1 to ${limits.tokenLength} characters.`);
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
