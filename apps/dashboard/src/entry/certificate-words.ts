/** What to do about a certificate that no browser knows, for the browser at hand. What stands on a button is in quotes. */
import type { BrowserDescription } from "@convoy/engine-webgpu/user-agent";

/** How to get past the warning. `host` as the browser shows it. */
export function warningSteps({ name, system }: BrowserDescription, host: string): string[] {
  // Every browser there is Safari inside.
  if (system === "iPhone" || system === "iPad" || name === "Safari") {
    return ["Press “Show Details”.", "Press “visit this website”, and confirm it."];
  }
  switch (name) {
    case "Firefox":
      return ["Press “Advanced…”.", `Press “Accept the Risk and Continue”, or “Proceed to ${host} (Risky)”.`];
    case "Edge":
      return ["Press “Advanced”.", `Press “Continue to ${host} (unsafe)”.`];
    case "Chrome":
    case "Opera":
    case "Samsung Internet":
      return ["Press “Advanced”.", `Press “Proceed to ${host} (unsafe)”.`];
    default:
      return ["Look for “Advanced” or “Details”.", `Go on to ${host} all the same.`];
  }
}

/** How to make the browser know the authority instead, beginning with its file on this device. */
export function installSteps({ name, system }: BrowserDescription): string[] {
  if (system === "iPhone" || system === "iPad") {
    return [
      "Allow the profile to be downloaded.",
      "In Settings, open “Profile Downloaded” and install it.",
      "In Settings, General, About, Certificate Trust Settings, switch it on.",
    ];
  }
  if (name === "Firefox" && system !== "Android") {
    return [
      "In the settings, under Privacy & Security, press “View Certificates…”.",
      "Under “Authorities”, import the file, and let it identify websites.",
    ];
  }
  switch (system) {
    case "Windows":
      return [
        "Open the file and press “Install Certificate…”.",
        "Choose the current user, and the store “Trusted Root Certification Authorities”.",
        "Restart the browser.",
      ];
    case "macOS":
      return [
        "Open the file: Keychain Access takes it in.",
        "Find “Convoy on …” there, open it, and under “Trust” choose “Always Trust”.",
      ];
    case "Android":
      return [
        "In the system's settings, search for “CA certificate”.",
        "Install the file from there, past the warning.",
      ];
    default:
      return [
        "In the browser's settings, search for “certificates” and manage them.",
        "Under “Trusted certificates” or “Authorities”, import the file, and let it identify websites.",
      ];
  }
}

/** Whether a page that was opened past the warning still cannot connect: only an installed authority helps. */
export function needsInstalling({ system }: BrowserDescription): boolean {
  return system === "iPhone" || system === "iPad";
}
