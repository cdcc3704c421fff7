import type { PlanBuffer } from "./plan.ts";

/** Of every buffer, in bytes: what WebGPU asks of a part of a buffer that is bound. */
const ALIGNMENT = 256;

export type UnplacedBuffer = Omit<PlanBuffer, "offset">;

/**
 * Gives each buffer a place in one arena, so that buffers in use at the same time do not overlap: the largest first,
 * each in the lowest gap that takes it. (Pisarchyk and Lee, "Efficient memory management for deep neural net
 * inference", 2020: "greedy by size".)
 */
export function arrangeBuffers(unplaced: readonly UnplacedBuffer[]): { buffers: PlanBuffer[]; arenaBytes: number } {
  const buffers: PlanBuffer[] = unplaced.map((buffer) => ({ ...buffer, offset: 0 }));
  const placed: PlanBuffer[] = [];
  const largestFirst = unplaced.map((_, id) => id).toSorted((a, b) => bytesOf(unplaced, b) - bytesOf(unplaced, a));
  for (const id of largestFirst) {
    const buffer = unplaced[id] as UnplacedBuffer;
    const neighbours = placed
      .filter((other) => areAliveTogether(buffer, other))
      .toSorted((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of neighbours) {
      if (offset + buffer.bytes <= other.offset) break;
      offset = Math.max(offset, aligned(other.offset + other.bytes));
    }
    buffers[id] = { ...buffer, offset };
    placed.push(buffers[id] as PlanBuffer);
  }
  const ends = placed.map(({ offset, bytes }) => offset + bytes);
  return { buffers, arenaBytes: aligned(Math.max(0, ...ends)) };
}

function bytesOf(buffers: readonly UnplacedBuffer[], id: number): number {
  return buffers[id]?.bytes ?? 0;
}

export function areAliveTogether(
  a: Pick<PlanBuffer, "firstUse" | "lastUse">,
  b: Pick<PlanBuffer, "firstUse" | "lastUse">,
): boolean {
  return a.firstUse <= b.lastUse && b.firstUse <= a.lastUse;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
