/** How figures are written on every page, in American English. `null` and what is not a number become a dash. */

export const NO_FIGURE = "–";

const integers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 0 });
const exactPercents = new Intl.NumberFormat("en-US", {
  style: "percent",
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const clock = new Intl.DateTimeFormat("en-US", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const days = new Intl.DateTimeFormat("en-US", { dateStyle: "medium" });

/** 9380 → "9,380". */
export function formatCount(count: number): string {
  return integers.format(count);
}

/** "1 worker", "2 workers". */
export function formatAmount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** Samples per second: one digit after the point below ten, none above. */
export function formatRate(perSecond: number | null): string {
  if (!isFigure(perSecond)) return NO_FIGURE;
  return perSecond > 0 && perSecond < 9.95 ? tenths.format(perSecond) : integers.format(perSecond);
}

/** A cross-entropy: four digits after the point below 0.1, three above. */
export function formatLoss(loss: number | null): string {
  if (!isFigure(loss)) return NO_FIGURE;
  return loss.toFixed(Math.abs(loss) < 0.1 ? 4 : 3);
}

/** The length of a file, in powers of ten as disks count: "812 bytes", "178 KB", "84.8 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${integers.format(bytes)} bytes`;
  const [size, unit] = bytes < 999_500 ? [bytes / 1e3, "KB"] : [bytes / 1e6, "MB"];
  return `${size < 9.95 || (unit === "MB" && size < 99.95) ? tenths.format(size) : integers.format(size)} ${unit}`;
}

/** How quick a link is, in bits as providers count them: "0.4 Mb/s", "92 Mb/s"; beyond a gigabit it hardly matters. */
export function formatBandwidth(bytesPerSecond: number): string {
  const megabits = (8 * bytesPerSecond) / 1e6;
  if (megabits >= 1000) return "over 1,000 Mb/s";
  return `${megabits < 9.95 ? tenths.format(megabits) : integers.format(megabits)} Mb/s`;
}

/** A share of 0 … 1 as "98.17%". */
export function formatAccuracy(share: number | null): string {
  return isFigure(share) ? exactPercents.format(share) : NO_FIGURE;
}

/** How far something is, 0 … 1, as "42%". Below one it never says 100%. */
export function formatProgress(share: number): string {
  return percents.format(share < 1 ? Math.min(share, 0.99) : 1);
}

/** A part of something, 0 … 1, as "42%". What is there is never said to be nothing. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.005 ? "<1%" : percents.format(share);
}

/** A length of time in seconds, with two units at most: "39 ms", "42 s", "3 min 20 s", "1 h 12 min". */
export function formatDuration(seconds: number | null): string {
  if (!isFigure(seconds)) return NO_FIGURE;
  if (seconds < 0.0995) return `${integers.format(Math.max(seconds, 0) * 1000)} ms`;
  if (seconds < 9.95) return `${tenths.format(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10 && whole % 60 > 0) return `${minutes} min ${whole % 60} s`;
  if (whole < 3600) return `${Math.round(whole / 60)} min`;
  const wholeMinutes = Math.round(whole / 60);
  const hours = Math.floor(wholeMinutes / 60);
  if (hours < 48) return joinUnits(`${hours} h`, wholeMinutes % 60, "min");
  const wholeHours = Math.round(whole / 3600);
  return joinUnits(`${Math.floor(wholeHours / 24)} d`, wholeHours % 24, "h");
}

/** How long a step takes, in milliseconds: "0.8 ms", "42 ms", "1.3 s". */
export function formatStep(ms: number): string {
  return ms < 9.95 ? `${tenths.format(ms)} ms` : formatDuration(ms / 1000);
}

/** How many times as much: "2.2", "42". */
export function formatFactor(factor: number): string {
  return factor < 9.95 ? tenths.format(factor) : integers.format(factor);
}

/** How many times as much, where that may be less: "0.48", "2.2", "42". */
export function formatRatio(ratio: number): string {
  return ratio < 0.995 ? ratio.toFixed(2) : formatFactor(ratio);
}

/** A guess of the time that is left, as coarse as a guess deserves: "20 s", "about 3 min", "about 2 h". */
export function formatTimeLeft(seconds: number | null): string {
  if (!isFigure(seconds)) return NO_FIGURE;
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `about ${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `about ${tenths.format(seconds / 3600).replace(".0", "")} h`;
  return `about ${Math.round(seconds / 86_400)} d`;
}

/** A relative error: "0.0031", "2.4 × 10⁻⁶". */
export function formatError(error: number): string {
  if (!isFigure(error)) return NO_FIGURE;
  if (error === 0) return "0";
  if (error >= 0.001) return Number(error.toPrecision(2)).toString();
  const [digits, exponent] = error.toExponential(1).split("e") as [string, string];
  return `${digits}\u00a0×\u00a010${toSuperscript(exponent)}`;
}

/** Milliseconds since 1970 as the date here, which is not broken into lines: "Nov 27, 2026". */
export function formatDay(at: number): string {
  return days.format(at).replaceAll(" ", "\u00a0");
}

/** Milliseconds since 1970 as the time of day here: "14:32:05". */
export function formatClock(at: number): string {
  return clock.format(at);
}

function isFigure(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function joinUnits(large: string, small: number, unit: string): string {
  return small === 0 ? large : `${large} ${small} ${unit}`;
}

function toSuperscript(exponent: string): string {
  return [...exponent].map((sign) => (sign === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? ""))).join("");
}
