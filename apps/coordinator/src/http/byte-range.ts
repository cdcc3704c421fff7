/** A part of a file: bytes from `start`, the first of which is 0, up to the one before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that a `Range` header asks for (RFC 9110, section 14), of a file of `total` bytes. "whole" where it asks for none, or in
 * units that are not bytes; "unsatisfiable" where the file has no such part, where several are asked for, or what is asked
 * cannot be read.
 */
export function readRange(header: string | undefined, total: number): ByteRange | "whole" | "unsatisfiable" {
  if (header === undefined || !/^bytes=/i.test(header)) return "whole";
  const parts = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header);
  if (parts === null) return "unsatisfiable";
  const [first = "", last = ""] = parts.slice(1);
  if (first === "") return last === "" ? "unsatisfiable" : nonEmpty(Math.max(0, total - Number(last)), total, total);
  return nonEmpty(Number(first), last === "" ? total : Number(last) + 1, total);
}

function nonEmpty(start: number, end: number, total: number): ByteRange | "unsatisfiable" {
  return start < Math.min(end, total) ? { start, end: Math.min(end, total) } : "unsatisfiable";
}
