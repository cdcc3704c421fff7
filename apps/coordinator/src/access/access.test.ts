import { limits } from "@convoy/protocol";
import type { Caller } from "@convoy/transport";
import { beforeEach, describe, expect, test } from "vitest";
import { Access } from "./access.ts";

const tokens = { invitation: "k7m4-x9p2", adminKey: "abcd-efgh-jkmn-pqrs" };
const here: Caller = { address: "127.0.0.1", host: "localhost:4300", forwarded: false };
const elsewhere: Caller = { address: "192.168.1.7", host: "192.168.1.5:4300", forwarded: false };

let access: Access;
beforeEach(() => {
  access = new Access(tokens);
});

describe("[A1] this machine", () => {
  test.each([
    ["the usual name", here],
    ["its own number", { ...here, host: "127.0.0.1:4300" }],
    ["IPv6", { ...here, address: "::1", host: "[::1]:4300" }],
    ["IPv4 on a socket for both", { ...here, address: "::ffff:127.0.0.1" }],
  ])("is trusted under %s, without a token", (_, caller) => {
    expect(access.admit(caller, null)).toEqual({ access: "admin" });
  });

  test.each([
    ["a page whose name was made to lead here", { ...here, host: "evil.example:4300" }],
    ["what a proxy here passes on", { ...here, forwarded: true }],
    ["a request that does not say whom it means", { ...here, host: null }],
    ["another machine that claims to mean itself", { ...elsewhere, host: "localhost:4300" }],
    ["somebody of whom nothing is known", { address: "", host: null, forwarded: false }],
  ])("is not taken for %s", (_, caller) => {
    expect(access.admit(caller, null)).toMatchObject({ access: "none" });
    expect(access.admit(caller, tokens.invitation)).toEqual({ access: "guest" });
  });
});

describe("[A2] everybody else", () => {
  test("is a guest with the invitation", () => {
    expect(access.admit(elsewhere, tokens.invitation)).toEqual({ access: "guest" });
    expect(access.admit(elsewhere, "K7M4X9P2")).toEqual({ access: "guest" });
  });

  test("is an admin with the key", () => {
    expect(access.admit(elsewhere, tokens.adminKey)).toEqual({ access: "admin" });
  });

  test("is told what is missing or wrong", () => {
    expect(access.admit(elsewhere, null)).toMatchObject({
      access: "none",
      sentence: expect.stringMatching(/asks for/),
    });
    expect(access.admit(elsewhere, "")).toEqual(access.admit(elsewhere, null));
    expect(access.admit(elsewhere, "k7m4-x9p3")).toMatchObject({
      access: "none",
      sentence: expect.stringMatching(/does not open/),
    });
  });
});

describe("[A5] wrong tokens", () => {
  const guess = (caller: Caller, count: number, now: number) => {
    for (let i = 0; i < count; i++) access.admit(caller, `wrong-${i}`, now);
  };

  test("of one address are heard only so often in a minute, and the right one no more then", () => {
    guess(elsewhere, limits.wrongTokens - 1, 0);
    expect(access.admit(elsewhere, tokens.invitation, 1)).toEqual({ access: "guest" });
    guess(elsewhere, 1, 2);
    for (const token of [tokens.invitation, tokens.adminKey, "wrong"])
      expect(access.admit(elsewhere, token, 3)).toMatchObject({ sentence: expect.stringMatching(/Too many/) });
    expect(access.admit(elsewhere, tokens.invitation, 60_000)).toEqual({ access: "guest" });
  });

  test("of one address do no harm to another, nor to this machine", () => {
    guess(elsewhere, limits.wrongTokens, 0);
    expect(access.admit({ ...elsewhere, address: "192.168.1.8" }, tokens.invitation, 1)).toEqual({ access: "guest" });
    expect(access.admit(here, null, 1)).toEqual({ access: "admin" });
  });

  test("are not what comes without any", () => {
    for (let i = 0; i <= limits.wrongTokens; i++) access.admit(elsewhere, null, 0);
    expect(access.admit(elsewhere, tokens.invitation, 1)).toEqual({ access: "guest" });
  });

  test("are counted of a bounded number of addresses: the oldest is forgotten", () => {
    guess(elsewhere, limits.wrongTokens, 0);
    const other = (number: number) => ({ ...elsewhere, address: `fd00::${number.toString(16)}` });
    for (let i = 1; i < limits.wrongTokenAddresses; i++) guess(other(i), 1, 1);
    expect(access.admit(elsewhere, tokens.invitation, 2)).toMatchObject({ access: "none" });
    guess(other(limits.wrongTokenAddresses), 1, 2);
    expect(access.admit(elsewhere, tokens.invitation, 3)).toEqual({ access: "guest" });
  });
});
