import { renderUnicodeCompact } from "uqr";

/** Bright white on black, whatever the colours of the terminal: cameras read it best. */
const LIGHT_ON_DARK = "\u001b[97;40m";
const AS_BEFORE = "\u001b[0m";

/** A QR code in lines for a terminal, with the light margin that scanners need. */
export function qrCodeText(content: string): string {
  const lines = renderUnicodeCompact(content, { border: 2 }).split("\n");
  return lines.map((line) => `${LIGHT_ON_DARK}${line}${AS_BEFORE}`).join("\n");
}
