/** What a device is called when nobody has named it: "Chrome 156 on Windows". From the user agent, as far as it tells. */
export function describeDevice(userAgent: string, touchPoints: number): string {
  const browser = browserOf(userAgent);
  const system = systemOf(userAgent, touchPoints);
  return system === null ? browser : `${browser} on ${system}`;
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

function browserOf(userAgent: string): string {
  for (const [name, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return "A browser";
}

const systems = [
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["ChromeOS", /CrOS/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X|Macintosh/],
  ["Linux", /Linux|X11/],
] as const;

function systemOf(userAgent: string, touchPoints: number): string | null {
  const system = systems.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? null;
  // An iPad calls itself a Mac, but no Mac has a touch screen.
  return system === "macOS" && touchPoints > 1 ? "iPad" : system;
}
