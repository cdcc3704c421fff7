import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure, runCommand } from "./failure.mjs";
import { runProgram, runScript } from "./run-program.mjs";
import { stage } from "./stage.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Makes the folder ready to build: the right Node, and the packages of the lock file. Quick when there is nothing to do. */
export async function setUp() {
  checkNode(process.versions.node);
  process.chdir(root);
  if (isInstalled(readLock("package-lock.json"), readLock("node_modules/.package-lock.json"))) return;
  await stage("Installing packages, a minute or two the first time", install);
}

/** @param {string} version as in `process.versions.node` */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(
    `Convoy needs Node 20.19 or newer and this is Node ${version}: install a newer one from nodejs.org.`,
  );
}

/**
 * Whether what npm installed is what the lock file asks for. Optional packages are for other platforms, mostly.
 * @param {Record<string, LockedPackage> | undefined} wanted
 * @param {Record<string, LockedPackage | undefined> | undefined} installed
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean, optional?: boolean }} LockedPackage
 */
export function isInstalled(wanted, installed) {
  if (wanted === undefined || installed === undefined) return false;
  const isSame = (/** @type {LockedPackage} */ a, /** @type {LockedPackage} */ b) =>
    a.version === b.version && a.integrity === b.integrity && a.link === b.link;
  return Object.entries(wanted)
    .filter(([path]) => path.startsWith("node_modules/") || path.includes("/node_modules/"))
    .every(([path, entry]) => {
      const found = installed[path];
      return found === undefined ? entry.optional === true : isSame(entry, found);
    });
}

/** @param {string} path */
function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : undefined;
}

async function install() {
  const { code, output } = await runNpm([
    ...["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    ...["--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000"],
  ]);
  if (code === 0) return;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(output)) {
    throw new Failure(
      "The packages could not be installed because the npm registry cannot be reached: connect to the network and try again.",
    );
  }
  throw new Failure("The packages could not be installed: npm says why above.", output);
}

/**
 * The npm that runs us, else the one installed beside Node, else whatever the path has.
 * @param {string[]} args
 */
function runNpm(args) {
  const folder = dirname(process.execPath);
  const places = [
    process.env.npm_execpath ?? "",
    join(folder, "node_modules", "npm", "bin", "npm-cli.js"),
    join(folder, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const script = places.find((place) => basename(place) === "npm-cli.js" && existsSync(place));
  if (script !== undefined) return runScript([script, ...args], { quiet: true });
  const isWindows = process.platform === "win32";
  return runProgram(isWindows ? "npm.cmd" : "npm", args, { quiet: true, shell: isWindows });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runCommand(async () => {
    await setUp();
    return 0;
  });
}
