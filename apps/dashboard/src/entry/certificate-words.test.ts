import { readUserAgent } from "@convoy/engine-webgpu/user-agent";
import { expect, test } from "vitest";
import { installSteps, needsInstalling, warningSteps } from "./certificate-words.ts";

const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
const safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0";
const agents = {
  "Chrome on Windows": `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0.0.0 Safari/537.36`,
  "Edge on Windows": `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`,
  "Chrome on Android": `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/155.0.0.0 Mobile Safari/537.36`,
  "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
  "Safari on macOS": `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${safari} Safari/605.1.15`,
  "Chrome on iPhone": `Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0.0.0 Mobile/15E148 Safari/604.1`,
  another: "something new",
};
const read = (name: keyof typeof agents) => readUserAgent(agents[name], 0);

test.each([
  ["Chrome on Windows", "“Proceed to 192.168.1.5 (unsafe)”"],
  ["Edge on Windows", "“Continue to 192.168.1.5 (unsafe)”"],
  ["Chrome on Android", "“Proceed to 192.168.1.5 (unsafe)”"],
  ["Firefox on Linux", "“Accept the Risk and Continue”"],
  ["Safari on macOS", "“visit this website”"],
  ["Chrome on iPhone", "“visit this website”"],
  ["another", "192.168.1.5"],
] as const)("%s is told what stands on its own buttons", (name, words) => {
  expect(warningSteps(read(name), "192.168.1.5").join(" ")).toContain(words);
});

test.each([
  ["Chrome on Windows", "Trusted Root Certification Authorities"],
  ["Chrome on Android", "CA certificate"],
  ["Firefox on Linux", "Authorities"],
  ["Safari on macOS", "Keychain Access"],
  ["Chrome on iPhone", "Certificate Trust Settings"],
  ["another", "import the file"],
] as const)("%s is told where its certificates are", (name, words) => {
  expect(installSteps(read(name)).join(" ")).toContain(words);
});

test("only where the warning is not all there is must the certificate be installed", () => {
  const needing = (Object.keys(agents) as (keyof typeof agents)[]).filter((name) => needsInstalling(read(name)));
  expect(needing).toEqual(["Chrome on iPhone"]);
});
