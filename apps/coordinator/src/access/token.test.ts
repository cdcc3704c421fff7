import { expect, test } from "vitest";
import { INVITATION_LETTERS, isSameToken, isToken, makeToken } from "./token.ts";

test("a token is made of letters that nobody takes for one another, in groups", () => {
  for (let i = 0; i < 200; i++) {
    const token = makeToken(INVITATION_LETTERS);
    expect(token).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}$/);
    expect(token).not.toMatch(/[ilo01]/);
    expect(isToken(token, INVITATION_LETTERS)).toBe(true);
  }
});

test("tokens differ, and use every letter", () => {
  const tokens = Array.from({ length: 500 }, () => makeToken(16));
  expect(new Set(tokens).size).toBe(500);
  expect(new Set(tokens.join("").replaceAll("-", "")).size).toBe(31);
});

test("groups are whole where the length allows it", () => {
  expect(makeToken(10)).toMatch(/^\w{4}-\w{4}-\w{2}$/);
  expect(makeToken(4)).toMatch(/^\w{4}$/);
});

test.each(["k7m4-x9p2", "K7M4-X9P2", " k7m4 x9p2\n", "k7m4x9p2", "k-7m4-x9-p2"])("[A6] %j is k7m4-x9p2", (typed) => {
  expect(isSameToken(typed, "k7m4-x9p2")).toBe(true);
});

test.each(["k7m4-x9p3", "k7m4-x9p", "k7m4-x9p2a", "", "k7m4_x9p2"])("[A6] %j is not", (typed) => {
  expect(isSameToken(typed, "k7m4-x9p2")).toBe(false);
});

test.each([["k7m4-x9p"], ["k7m4-x9p1"], [""], [null], [7], [undefined]])("%j is no token", (text) => {
  expect(isToken(text, INVITATION_LETTERS)).toBe(false);
});
