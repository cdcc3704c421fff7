/** Where axes end and where their marks are, chosen so that a growing curve does not make the axes tremble. */

const niceDigits = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The next round number at or above `value`, which must be positive. */
export function roundUp(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const digit = niceDigits.find((candidate) => candidate * magnitude >= value * (1 - 1e-9)) ?? 10;
  return digit * magnitude;
}

/** End of an axis of steps: a round number that leaves room to grow, but never beyond the end of the run. */
export function stepAxisEnd(lastStep: number, steps: number): number {
  return Math.min(Math.max(steps, 1), roundUp(Math.max(lastStep, 20)));
}

/** Start and end of an axis of losses, from zero or, on a logarithmic axis, from just below the lowest. */
export function lossAxisRange(lowest: number, highest: number, logarithmic: boolean): [number, number] {
  const end = highest > 0 ? highest : 1;
  if (!logarithmic) return [0, roundUp(end * 1.02)];
  const start = lowest > 0 ? lowest : end / 1000;
  return [start / 1.15, Math.max(end, start * 1.5) * 1.15];
}

/** Marks 1, 2, 5, 10 … of a logarithmic axis; only the powers of ten where those would be too many. */
export function logarithmicMarks(start: number, end: number): number[] {
  const first = Math.floor(Math.log10(start));
  const last = Math.ceil(Math.log10(end));
  const digits = last - first > 4 ? [1] : [1, 2, 5];
  const marks: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const digit of digits) marks.push(Number(`${digit}e${power}`));
  }
  return marks.filter((mark) => mark >= start && mark <= end);
}

/** Start of an axis of accuracies that ends at 1: a round number below the lowest. */
export function accuracyAxisStart(lowest: number): number {
  const gap = Math.max(1 - lowest, 0.01) * 1.1;
  return Math.max(0, 1 - roundUp(gap));
}
