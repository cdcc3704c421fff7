import { expect, test } from "vitest";
import { Inbox } from "./inbox.ts";

function inboxWithASlowMessage() {
  const taken: string[] = [];
  let finishSlow = () => {};
  const inbox = new Inbox<string>((message) => {
    taken.push(message);
    if (message !== "slow") return null;
    return new Promise((resolve) => {
      finishSlow = resolve;
    });
  });
  return { taken, inbox, finish: () => finishSlow() };
}

test("messages are taken in the order in which they came, at once where nothing takes time", async () => {
  const { taken, inbox, finish } = inboxWithASlowMessage();
  inbox.receive("first");
  expect(taken).toEqual(["first"]);
  for (const message of ["slow", "third", "fourth"]) inbox.receive(message);
  expect(taken).toEqual(["first", "slow"]);
  finish();
  await Promise.resolve();
  expect(taken).toEqual(["first", "slow", "third", "fourth"]);
});

test("what waits when it is cleared is never taken", async () => {
  const { taken, inbox, finish } = inboxWithASlowMessage();
  for (const message of ["slow", "of a connection that broke"]) inbox.receive(message);
  inbox.clear();
  inbox.receive("of the next one");
  finish();
  await Promise.resolve();
  expect(taken).toEqual(["slow", "of the next one"]);
});
