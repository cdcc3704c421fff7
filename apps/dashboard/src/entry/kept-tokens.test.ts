import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepAdminKey, keepInvitation, takeTokens } from "./kept-tokens.ts";

class Kept implements Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

/** Addresses that the page has given itself. */
let shown: string[];
beforeEach(() => {
  vi.stubGlobal("localStorage", new Kept());
  vi.stubGlobal("sessionStorage", new Kept());
});
afterEach(() => vi.unstubAllGlobals());

/** A page was opened with this address. */
function open(address: string): void {
  shown = [];
  const history = { state: null, replaceState: (_: unknown, __: string, url: string) => void shown.push(url) };
  vi.stubGlobal("window", { location: new URL(address, "http://192.168.1.5:4300"), history });
}

test("an invitation is taken from the address, kept, and left there for sharing", () => {
  open("/worker/#invite=k7m4-x9p2");
  expect(takeTokens()).toEqual({ invitation: "k7m4-x9p2", adminKey: null });
  expect(shown).toEqual([]);
  open("/");
  expect(takeTokens()).toEqual({ invitation: "k7m4-x9p2", adminKey: null });
});

test("a key is taken, kept for this tab, and taken out of the address", () => {
  open("/?view=1#admin=abcd-efgh");
  expect(takeTokens()).toEqual({ invitation: null, adminKey: "abcd-efgh" });
  expect(shown).toEqual(["/?view=1"]);
  open("/#invite=k7m4-x9p2&admin=abcd-efgh");
  expect(takeTokens()).toEqual({ invitation: "k7m4-x9p2", adminKey: "abcd-efgh" });
  expect(shown).toEqual(["/#invite=k7m4-x9p2"]);
  vi.stubGlobal("sessionStorage", new Kept());
  open("/");
  expect(takeTokens().adminKey).toBeNull();
});

test("what the address says comes before what was kept", () => {
  keepInvitation("old");
  open("/#invite=new");
  expect(takeTokens().invitation).toBe("new");
  open("/");
  expect(takeTokens().invitation).toBe("new");
});

test("a key can be forgotten", () => {
  keepAdminKey("abcd");
  open("/");
  expect(takeTokens().adminKey).toBe("abcd");
  keepAdminKey(null);
  expect(takeTokens().adminKey).toBeNull();
});

test("a browser that keeps nothing takes what the address says", () => {
  vi.stubGlobal("localStorage", undefined);
  vi.stubGlobal("sessionStorage", undefined);
  open("/#invite=k7m4-x9p2&admin=abcd");
  expect(takeTokens()).toEqual({ invitation: "k7m4-x9p2", adminKey: "abcd" });
  open("/");
  expect(takeTokens()).toEqual({ invitation: null, adminKey: null });
});
