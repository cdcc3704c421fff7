import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { Failure } from "./failure.mjs";

/**
 * How a test starts Chromium. Linux and Windows get a WebGPU adapter in software, so that a test means the same with
 * and without a GPU; macOS has none, its GPU serves. Nothing in the browser talks to the network by itself.
 */
export const chromiumArguments = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  ...(process.platform === "darwin" ? [] : ["--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"]),
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * The Chromium that `CONVOY_CHROMIUM` names, else one of this machine, else one that Playwright once downloaded.
 * @returns {string | undefined} its path
 */
export function findChromium() {
  const named = process.env.CONVOY_CHROMIUM;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Failure(`CONVOY_CHROMIUM names ${named}, and there is no such file: correct it or unset it.`);
  }
  return [...installedPlaces(), ...downloadedPlaces()].find((place) => existsSync(place) && answers(place));
}

/** @returns {string[]} */
function installedPlaces() {
  if (process.platform === "darwin") return macPlaces();
  if (process.platform === "win32") return windowsPlaces();
  const names = ["google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome", "microsoft-edge"];
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/opt/google/chrome"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function macPlaces() {
  const names = ["Google Chrome", "Chromium", "Microsoft Edge"];
  const folders = ["/Applications", join(homedir(), "Applications")];
  return names.flatMap((name) => folders.map((folder) => join(folder, `${name}.app`, "Contents", "MacOS", name)));
}

function windowsPlaces() {
  const { ProgramFiles, LOCALAPPDATA } = process.env;
  const folders = [ProgramFiles, process.env["ProgramFiles(x86)"], LOCALAPPDATA];
  const paths = [
    ["Google", "Chrome", "Application", "chrome.exe"],
    ["Chromium", "Application", "chrome.exe"],
    ["Microsoft", "Edge", "Application", "msedge.exe"],
  ];
  return paths.flatMap((path) => folders.flatMap((folder) => (folder ? [join(folder, ...path)] : [])));
}

/** Playwright knows where its own download would be, whether it is there or not. */
function downloadedPlaces() {
  try {
    return [createRequire(import.meta.url)("playwright-core").chromium.executablePath()];
  } catch {
    return [];
  }
}

/**
 * Ubuntu's `chromium-browser` may be a script that only tells how to install it. (On Windows the question opens a window.)
 * @param {string} path
 */
function answers(path) {
  if (process.platform === "win32") return true;
  try {
    return /\d+\.\d+/.test(execFileSync(path, ["--version"], { encoding: "utf8", stdio: "pipe", timeout: 20_000 }));
  } catch {
    return false;
  }
}
