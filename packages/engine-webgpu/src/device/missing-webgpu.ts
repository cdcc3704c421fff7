/**
 * Why a browser has no WebGPU, in a sentence that says what would help. Apart from the engine, because the page that
 * asks for a device says it before anything is loaded. Which version brought what: the "Implementation Status" page of
 * the WebGPU working group.
 */
import { type BrowserDescription, readUserAgent } from "./user-agent.ts";

export interface WebgpuSurroundings {
  /** `isSecureContext`: browsers hide WebGPU from pages that came over plain http, except from this machine. */
  readonly isSecure: boolean;
  /** Whether there is a `navigator.gpu`. */
  readonly isOffered: boolean;
  readonly userAgent: string;
  /** `navigator.maxTouchPoints`; 0 where nobody knows. */
  readonly touchPoints: number;
}

export type MissingWebgpu = { readonly cause: "insecure" | "browser"; readonly sentence: string };

/** Null where nothing speaks against WebGPU so far: only asking for an adapter tells the rest. */
export function missingWebgpu(surroundings: WebgpuSurroundings): MissingWebgpu | null {
  if (!surroundings.isSecure) {
    const sentence =
      "WebGPU is hidden from this page because it did not come over a secure connection: open it with https, or on the coordinator's own machine as localhost.";
    return { cause: "insecure", sentence };
  }
  if (surroundings.isOffered) return null;
  return {
    cause: "browser",
    sentence: missingInterface(readUserAgent(surroundings.userAgent, surroundings.touchPoints)),
  };
}

/** A browser offers WebGPU and still hands out no adapter. */
export function missingAdapter(userAgent: string): string {
  const browser = readUserAgent(userAgent, 0);
  const found = `${called(browser)} offers WebGPU, but has found no GPU that pages may use on this device`;
  const scheme = internalPages[browser.name ?? ""];
  if (scheme === undefined) return `${found}.`;
  if (browser.system === "Linux") {
    return `${found}: on Linux it allows few graphics drivers by itself, and more with the flag ${scheme}://flags/#enable-unsafe-webgpu. ${scheme}://gpu tells the rest.`;
  }
  return `${found}: graphics acceleration may be off in its settings, the graphics driver on its blocklist, or the GPU shut off after it crashed, until the browser is restarted. ${scheme}://gpu tells which.`;
}

/** Browsers made of Chromium, and where they tell about themselves. */
const internalPages: { readonly [browser: string]: string } = { Chrome: "chrome", Edge: "edge", Opera: "opera" };

/** The first version with WebGPU on each system; null: none so far as is known here. */
const firstVersions: { readonly [browser: string]: { readonly [system: string]: number | null } } = {
  Chrome: { Windows: 113, macOS: 113, ChromeOS: 113, Android: 121, Linux: 144 },
  Edge: { Windows: 113, macOS: 113, Android: 121, Linux: 144 },
  Opera: { Windows: 99, macOS: 99, Linux: null },
  Firefox: { Windows: 141, macOS: 145, Linux: null, Android: null },
  Safari: { macOS: 26 },
};

function missingInterface(browser: BrowserDescription): string {
  const { name, version, system } = browser;
  // Every browser there is Safari inside.
  if (system === "iPhone" || system === "iPad") {
    return `This ${system} has no WebGPU: it comes with ${system === "iPad" ? "iPadOS" : "iOS"} 26, whatever the browser.`;
  }
  const first = firstVersions[name ?? ""]?.[system ?? ""];
  if (first === undefined) return `${called(browser)} does not offer WebGPU: Chrome and Edge do.`;
  if (first === null) return `${called(browser)} does not offer WebGPU there: Chrome and Edge do.`;
  if (version < first) return `${called(browser)} is too old for WebGPU: it comes with version ${first}.`;
  return `${called(browser)} could offer WebGPU, but does not: ${whyOff(browser)}`;
}

function whyOff({ name, system }: BrowserDescription): string {
  if (name === "Firefox") {
    return system === "macOS"
      ? "it needs macOS 26, or Firefox 147; or dom.webgpu.enabled is off in about:config."
      : "dom.webgpu.enabled is off in about:config.";
  }
  if (name === "Safari") return "it needs macOS 26, and WebGPU switched on among its feature flags.";
  return "it was started with WebGPU switched off.";
}

function called({ name, version, system }: BrowserDescription): string {
  if (name === null) return "This browser";
  return system === null ? `${name} ${version}` : `${name} ${version} on ${system}`;
}
