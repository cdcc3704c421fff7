import { EngineError } from "@convoy/engine";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withPatience } from "./with-patience.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});

test("what comes in time is passed on, and no timer stays behind", async () => {
  expect(await withPatience(Promise.resolve(5), 60_000, "late")).toBe(5);
  await expect(withPatience(Promise.reject(new Error("broken")), 60_000, "late")).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

test("what does not come is given up with the sentence", async () => {
  const waiting = withPatience(never, 60_000, "The engine hangs.");
  const outcome = expect(waiting).rejects.toThrow(new EngineError("The engine hangs."));
  await vi.advanceTimersByTimeAsync(59_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  await outcome;
  expect(vi.getTimerCount()).toBe(0);
});

test("a timer that is overdue after an hour of sleep is no hour of waiting", async () => {
  let given = false;
  withPatience(never, 60_000, "late").catch(() => {
    given = true;
  });
  for (let fired = 1; fired <= 6; fired++) {
    expect(given).toBe(false);
    await vi.advanceTimersToNextTimerAsync();
  }
  expect(given).toBe(true);
});
