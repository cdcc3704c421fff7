import { describe, expect, it } from "vitest";
import { missingAdapter, missingWebgpu } from "./missing-webgpu.ts";

const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
const safari = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const mac = "Macintosh; Intel Mac OS X 10_15_7";
const agents = {
  chrome112: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/112.0.0.0 Safari/537.36`,
  chrome156: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0.0.0 Safari/537.36`,
  chromeLinux: `Mozilla/5.0 (X11; Linux x86_64) ${webkit} Chrome/156.0.0.0 Safari/537.36`,
  chromeAndroid: `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/120.0.0.0 Mobile Safari/537.36`,
  edge: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`,
  firefoxWindows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
  firefoxNew: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0",
  firefoxMac: `Mozilla/5.0 (${mac}; rv:146.0) Gecko/20100101 Firefox/146.0`,
  firefoxLinux: "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
  firefoxAndroid: "Mozilla/5.0 (Android 14; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0",
  safari18: `Mozilla/5.0 (${mac}) ${safari} Version/18.1 Safari/605.1.15`,
  safari26: `Mozilla/5.0 (${mac}) ${safari} Version/26.0 Safari/605.1.15`,
  chromeIphone: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${safari} CriOS/140.0 Mobile/15E148 Safari/604.1`,
};

const missing = (userAgent: string, touchPoints = 0) =>
  missingWebgpu({ isSecure: true, isOffered: false, userAgent, touchPoints });

describe("without WebGPU in the browser, the sentence", () => {
  it.each([
    ["an old Chrome", agents.chrome112, "Chrome 112 on Windows is too old for WebGPU: it comes with version 113."],
    [
      "an old Chrome on Android",
      agents.chromeAndroid,
      "Chrome 120 on Android is too old for WebGPU: it comes with version 121.",
    ],
    [
      "an old Firefox",
      agents.firefoxWindows,
      "Firefox 140 on Windows is too old for WebGPU: it comes with version 141.",
    ],
    ["Firefox on Linux", agents.firefoxLinux, "Firefox 146 on Linux does not offer WebGPU there: Chrome and Edge do."],
    [
      "Firefox on Android",
      agents.firefoxAndroid,
      "Firefox 146 on Android does not offer WebGPU there: Chrome and Edge do.",
    ],
    ["an old Safari", agents.safari18, "Safari 18 on macOS is too old for WebGPU: it comes with version 26."],
    ["an unknown browser", "something new", "This browser does not offer WebGPU: Chrome and Edge do."],
  ])("names %s and what would help", (_, userAgent, sentence) => {
    expect(missing(userAgent)).toEqual({ cause: "browser", sentence });
  });

  it.each([
    ["Chrome", agents.chrome156, "started with WebGPU switched off"],
    ["Firefox", agents.firefoxNew, "dom.webgpu.enabled is off in about:config"],
    ["Firefox on an older macOS", agents.firefoxMac, "needs macOS 26, or Firefox 147"],
    ["Safari on an older macOS", agents.safari26, "needs macOS 26"],
  ])("says of %s that could have it what is in the way", (_, userAgent, words) => {
    expect(missing(userAgent)?.sentence).toContain("could offer WebGPU, but does not: ");
    expect(missing(userAgent)?.sentence).toContain(words);
  });

  it("blames the system, not the browser, on iPhones and iPads", () => {
    expect(missing(agents.chromeIphone)?.sentence).toMatch(/^This iPhone has no WebGPU: it comes with iOS 26/);
    expect(missing(agents.safari18, 5)?.sentence).toMatch(/^This iPad has no WebGPU: it comes with iPadOS 26/);
  });
});

it("an insecure page comes before anything the browser lacks; a browser that offers WebGPU lacks nothing yet", () => {
  const surroundings = { isSecure: false, isOffered: false, userAgent: agents.firefoxLinux, touchPoints: 0 };
  expect(missingWebgpu(surroundings)).toEqual({
    cause: "insecure",
    sentence: expect.stringContaining("open it with https"),
  });
  expect(missingWebgpu({ ...surroundings, isSecure: true, isOffered: true })).toBeNull();
});

it("without an adapter, the sentence says what each browser's own page tells", () => {
  expect(missingAdapter(agents.chromeLinux)).toContain("chrome://flags/#enable-unsafe-webgpu");
  expect(missingAdapter(agents.edge)).toMatch(/blocklist.*edge:\/\/gpu tells which\.$/);
  expect(missingAdapter(agents.firefoxNew)).toBe(
    "Firefox 150 on Windows offers WebGPU, but has found no GPU that pages may use on this device.",
  );
});
