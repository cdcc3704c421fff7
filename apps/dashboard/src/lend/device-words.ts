import { readUserAgent } from "@convoy/engine-webgpu/user-agent";

/** What a device is called when nobody has named it: "Chrome 156 on Windows". From the user agent, as far as it tells. */
export function describeDevice(userAgent: string, touchPoints: number): string {
  const { name, version, system } = readUserAgent(userAgent, touchPoints);
  const browser = name === null ? "A browser" : `${name} ${version}`;
  return system === null ? browser : `${browser} on ${system}`;
}
