import type { BufferId } from "@convoy/engine";
import type { Run } from "../step.ts";
import type { Workplace } from "./workplace.ts";

/** Where a buffer has the samples of a part, by their number in it. */
export function pointer(place: Workplace, buffer: BufferId): (sample: number) => number {
  const address = place.addressOf(buffer);
  const bytes = place.strideOf(buffer);
  return (sample) => address + sample * bytes;
}

export function forEachSample(run: (sample: number) => void): Run {
  return ({ count }) => {
    for (let sample = 0; sample < count; sample++) run(sample);
  };
}
