import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mayReload, reloadHelped, rememberedLending, rememberLending } from "./remembered-lending.ts";

/** A tab that keeps what it is given, and how its page came to be loaded. */
function stubTab(navigation: string, kept = new Map<string, string>()): Map<string, string> {
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.spyOn(performance, "getEntriesByType").mockReturnValue([{ type: navigation } as unknown as PerformanceEntry]);
  return kept;
}

beforeEach(() => void stubTab("reload"));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const lending = { name: "Desk", engine: "tfjs-wasm", threads: 2, paused: true };

test.each(["reload", "back_forward"])("a tab that is loaded again (%s) knows what it was doing", (navigation) => {
  expect(rememberedLending()).toBeNull();
  rememberLending(lending);
  stubTab(navigation, new Map([["convoy.lending", JSON.stringify(lending)]]));
  expect(rememberedLending()).toEqual(lending);
});

test("a page that was opened by its address starts with the button", () => {
  stubTab("navigate", new Map([["convoy.lending", JSON.stringify(lending)]]));
  expect(rememberedLending()).toBeNull();
});

test("a device that was stopped stays stopped", () => {
  rememberLending(lending);
  rememberLending(null);
  expect(rememberedLending()).toBeNull();
});

test.each(["", "{", "null", '"text"', '{"name":5,"engine":null}', '{"name":"Desk"}'])(
  "%j is nothing to go on with",
  (text) => {
    stubTab("reload", new Map([["convoy.lending", text]]));
    expect(rememberedLending()).toBeNull();
  },
);

test("an outdated page loads itself again once, until that has helped", () => {
  expect([mayReload(), mayReload()]).toEqual([true, false]);
  reloadHelped();
  expect(mayReload()).toBe(true);
});

test("a browser that keeps nothing reloads nothing and carries on with nothing", () => {
  const refuse = () => {
    throw new Error("SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse, removeItem: refuse });
  rememberLending(lending);
  expect(rememberedLending()).toBeNull();
  expect(mayReload()).toBe(false);
});
