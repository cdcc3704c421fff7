import { expect, test } from "vitest";
import { Sending } from "./sending.ts";

const HERE = "127.0.0.1";

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

/** A download for which there is one place, while its first piece is being made. */
async function begin() {
  const sending = new Sending(1);
  const { pieces, letCome } = slowPieces();
  const reader = sending.stream(HERE, pieces).getReader();
  const read = reader.read();
  await Promise.resolve();
  return { sending, letCome, reader, read };
}

test("whoever hangs up while a piece is being made keeps the place until it is there", async () => {
  const { sending, letCome, reader, read } = await begin();
  expect(sending.hasRoom(HERE)).toBe(false);
  await reader.cancel();
  expect(sending.hasRoom(HERE)).toBe(false);
  letCome();
  await read;
  await new Promise((resolve) => setTimeout(resolve));
  expect(sending.hasRoom(HERE)).toBe(true);
});

test("whoever hangs up between two pieces gives the place up at once", async () => {
  const { sending, letCome, reader, read } = await begin();
  letCome();
  await read;
  expect(sending.hasRoom(HERE)).toBe(false);
  await reader.cancel();
  expect(sending.hasRoom(HERE)).toBe(true);
});

test("one network has half of the places, and this machine all", async () => {
  const sending = new Sending(4);
  const download = (address: string) =>
    sending.stream(address, () => [Uint8Array.of(1), Uint8Array.of(2)].values()).getReader();
  const greedy = [download("203.0.113.7"), download("203.0.113.7")];
  for (const reader of greedy) await reader.read();
  expect([sending.hasRoom("203.0.113.7"), sending.hasRoom("198.51.100.1"), sending.hasRoom(HERE)]).toEqual([
    false,
    true,
    true,
  ]);
  await greedy[0]?.cancel();
  expect(sending.hasRoom("203.0.113.7")).toBe(true);
  for (const reader of [download(HERE), download(HERE), download(HERE)]) await reader.read();
  expect([sending.hasRoom("198.51.100.1"), sending.hasRoom(HERE)]).toEqual([false, false]);
});
