/** What browser this is; a runtime without a navigator says its version if it has one. */
export function userAgent(): string {
  const runtime = globalThis as { navigator?: { userAgent?: string }; process?: { version?: string } };
  return runtime.navigator?.userAgent ?? runtime.process?.version ?? "unknown runtime";
}

/** A browser as far as its user agent tells. */
export interface BrowserDescription {
  /** Null where the user agent names none that is known. */
  readonly name: string | null;
  /** The number before the first point; 0 without a name. */
  readonly version: number;
  readonly system: string | null;
}

/** In this order: each of them also carries the names of some below it. */
const browsers = [
  ["Edge", /Edg(?:e|A|iOS)?\/(\d+)/],
  ["Opera", /OPR\/(\d+)/],
  ["Samsung Internet", /SamsungBrowser\/(\d+)/],
  ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/],
  ["Safari", /Version\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari/],
] as const;

const systems = [
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["ChromeOS", /CrOS/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X|Macintosh/],
  ["Linux", /Linux|X11/],
] as const;

/** `touchPoints` tells an iPad, which calls itself a Mac, from one: no Mac has a touch screen. 0 where nobody knows. */
export function readUserAgent(userAgent: string, touchPoints: number): BrowserDescription {
  const system = systems.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? null;
  const device = system === "macOS" && touchPoints > 1 ? "iPad" : system;
  for (const [name, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return { name, version: Number(version), system: device };
  }
  return { name: null, version: 0, system: device };
}
