import { expect, it, vi } from "vitest";
import { hurry } from "./map-for-reading.ts";

const queueThat = (submit: () => void) => ({ queue: { submit } as unknown as GPUQueue });

it("submits until a mapping has ended", async () => {
  let finish = () => {};
  const mapping = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const submit = vi.fn(() => {
    if (submit.mock.calls.length === 5) finish();
  });
  await hurry(queueThat(submit), mapping);
  expect(submit).toHaveBeenCalledTimes(5);
});

it("ends with a mapping that is rejected, whose error is left to whoever waits for it", async () => {
  const mapping = Promise.reject(new Error("lost"));
  await hurry(
    queueThat(() => {}),
    mapping,
  );
  await expect(mapping).rejects.toThrow("lost");
});

it("gives up on one that takes long", async () => {
  const submit = vi.fn();
  await hurry(queueThat(submit), new Promise(() => {}));
  expect(submit).toHaveBeenCalledTimes(2000);
});
