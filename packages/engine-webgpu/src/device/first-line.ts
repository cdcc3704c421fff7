/** Of what a GPU's driver or compiler says: the rest is the place in its source. */
export function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
