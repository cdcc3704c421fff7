import { createHash, randomInt, timingSafeEqual } from "node:crypto";

/** Small letters and digits that nobody takes for one another: without i, l, o, 0 and 1. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUP = 4;

/** Letters of an invitation, typed by hand from a projector: 39 bits, enough where each attempt needs a connection. */
export const INVITATION_LETTERS = 8;
/** Letters of the key to a run, which is mostly copied: 79 bits. */
export const ADMIN_KEY_LETTERS = 16;

/** A new token, in groups that are easy to read out: "k7m4-x9p2". */
export function makeToken(letters: number): string {
  const drawn = Array.from({ length: letters }, () => ALPHABET[randomInt(ALPHABET.length)] as string);
  return drawn.join("").replace(new RegExp(`.{${GROUP}}(?=.)`, "g"), "$&-");
}

/** Whether it is a token of that many letters, as `makeToken` makes them. */
export function isToken(text: unknown, letters: number): text is string {
  return typeof text === "string" && new RegExp(`^[${ALPHABET}]{${letters}}$`).test(plain(text));
}

/** Whether a person who was given `token` typed it: capital letters, hyphens and spaces make no difference. */
export function isSameToken(typed: string, token: string): boolean {
  // Hashes have one length, and comparing them takes the same time wherever they differ.
  return timingSafeEqual(hashOf(typed), hashOf(token));
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(plain(token)).digest();
}

function plain(token: string): string {
  return token.toLowerCase().replace(/[\s-]/g, "");
}
