import { expect, test } from "vitest";
import { Sending } from "./sending.ts";

/** Pieces that come when they are let. */
function slowPieces() {
  let letCome = () => {};
  async function* pieces() {
    await new Promise<void>((resolve) => {
      letCome = resolve;
    });
    yield Uint8Array.of(1);
  }
  return { pieces, letCome: () => letCome() };
}

test("whoever hangs up while a piece is being made keeps the place until it is there", async () => {
  const sending = new Sending(1);
  const { pieces, letCome } = slowPieces();
  const reader = sending.stream(pieces).getReader();
  const read = reader.read();
  await Promise.resolve();
  expect(sending.isFull).toBe(true);
  await reader.cancel();
  expect(sending.isFull).toBe(true);
  letCome();
  await read;
  await new Promise((resolve) => setTimeout(resolve));
  expect(sending.isFull).toBe(false);
});

test("whoever hangs up between two pieces gives the place up at once", async () => {
  const sending = new Sending(1);
  const { pieces, letCome } = slowPieces();
  const reader = sending.stream(pieces).getReader();
  const read = reader.read();
  await Promise.resolve();
  letCome();
  await read;
  expect(sending.isFull).toBe(true);
  await reader.cancel();
  expect(sending.isFull).toBe(false);
});
