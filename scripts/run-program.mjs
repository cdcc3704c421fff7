import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { Failure } from "./failure.mjs";

/** No stage of a command sends figures about the person who runs it. */
const privacy = { DO_NOT_TRACK: "1", NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" };

/**
 * Runs a program to its end and passes the signals sent to this process on to it.
 * Quiet programs read nothing, and what they write is returned; others share the terminal.
 * @param {string} program
 * @param {string[]} args
 * @param {{ quiet?: boolean, shell?: boolean, env?: Record<string, string> }} [options]
 * @returns {Promise<{ code: number, output: string }>} a program ended by a signal has the shell's code, 128 + number
 */
export function runProgram(program, args, { quiet = false, shell = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...privacy, ...env },
      shell,
      stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    const stopForwarding = forwardSignals(child, quiet);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => {
      stopForwarding();
      reject(new Failure(`${program} could not be started: ${error.message}.`));
    });
    child.on("close", (code, signal) => {
      stopForwarding();
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), output });
    });
  });
}

/**
 * Runs a JavaScript program with this same Node, so that no shell and no platform's wrapper is in the way.
 * @param {string[]} args the script's path, then its arguments
 * @param {Parameters<typeof runProgram>[2]} [options]
 */
export function runScript(args, options) {
  return runProgram(process.execPath, args, options);
}

/**
 * A terminal sends Ctrl-C to the whole group, so the program already has it: a second one would mean "at once".
 * A stage that was told to end ends the command with it; the last program of a command decides its own exit code.
 * npm passes a signal to the shell between us only, which dies of it and tells nobody; of SIGHUP it dies itself and
 * leaves the shell behind. So both are watched: that either is gone means the same as a signal.
 * @param {import("node:child_process").ChildProcess} child
 * @param {boolean} endsTheCommand
 */
function forwardSignals(child, endsTheCommand) {
  const parent = process.ppid;
  const hasTerminal = Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // The shell between npm and us may end of it first: what that would send is a second signal, "at once".
    clearInterval(watch);
    if (signal !== "SIGINT" || !(hasTerminal || process.platform === "win32")) child.kill(signal);
    if (endsTheCommand) child.once("close", () => process.exit(128 + constants.signals[signal]));
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  const npm = npmAboveShell(parent);
  const watch = setInterval(() => {
    const isAlone = process.ppid !== parent || (npm !== null && !isRunning(npm));
    if (!isAlone || process.env.npm_lifecycle_event === undefined) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 1000);
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, forward);
  };
}

/**
 * npm's process id, when npm has started us through a shell and this system can tell.
 * @param {number} parent
 */
function npmAboveShell(parent) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return null;
  const { stdout } = spawnSync("ps", ["-o", "ppid=,args=", "-p", String(parent)], { encoding: "utf8" });
  const id = /^\s*(\d+) \S*sh -c /.exec(stdout ?? "")?.[1];
  return id === undefined ? null : Number(id);
}

/** @param {number} id */
function isRunning(id) {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
