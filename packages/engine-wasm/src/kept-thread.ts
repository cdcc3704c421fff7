import { letOthersRun } from "@convoy/engine";

/** Of this thread, whichever of its engines computes; null: others have had it since then. */
let keptSince: number | null = null;

/** How long others have not had this thread, in milliseconds, as far as it was asked. */
export function keptForMs(): number {
  const now = performance.now();
  if (keptSince === null) {
    keptSince = now;
    void letOthersRun().then(() => {
      keptSince = null;
    });
  }
  return now - keptSince;
}
