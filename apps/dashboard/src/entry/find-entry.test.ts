import type { EntryView } from "@convoy/protocol";
import { expect, test } from "vitest";
import { exampleEntry } from "./example-entry.ts";
import { findEntry, plainToken } from "./find-entry.ts";

const closed = exampleEntry({ access: "none", sentence: "No.", invitation: null });
const views: { readonly [token: string]: EntryView } = {
  key: exampleEntry({ access: "admin" }),
  invite: exampleEntry(),
};

/** Asks a coordinator that knows the two tokens above; what was asked is noted. */
function coordinator(withoutToken: EntryView = closed) {
  const asked: (string | null)[] = [];
  const ask = async (token: string | null) => {
    asked.push(token);
    return token === null ? withoutToken : (views[token] ?? closed);
  };
  return { asked, ask };
}

test("the key is shown before the invitation, and one that opens is enough", async () => {
  const { asked, ask } = coordinator();
  expect(await findEntry(ask, { adminKey: "key", invitation: "invite" })).toEqual({ view: views.key, token: "key" });
  expect(asked).toEqual(["key"]);
});

test("an old key does not keep an invitation from opening", async () => {
  const { asked, ask } = coordinator();
  expect(await findEntry(ask, { adminKey: "old", invitation: "invite" })).toEqual({
    view: views.invite,
    token: "invite",
  });
  expect(asked).toEqual(["old", "invite"]);
});

test("without any token the coordinator is asked all the same: on its own machine it needs none", async () => {
  const { asked, ask } = coordinator(exampleEntry({ access: "admin" }));
  expect(await findEntry(ask, { adminKey: null, invitation: null })).toMatchObject({
    view: { access: "admin" },
    token: null,
  });
  expect(asked).toEqual([null]);
});

test("where nothing opens, the last answer tells why", async () => {
  const { ask } = coordinator();
  expect(await findEntry(ask, { adminKey: "old", invitation: "older" })).toEqual({ view: closed, token: null });
  expect(await findEntry(ask, { adminKey: null, invitation: null })).toEqual({ view: closed, token: null });
});

test("a coordinator that does not answer is shown what is at hand", async () => {
  const ask = async () => null;
  expect(await findEntry(ask, { adminKey: null, invitation: "invite" })).toEqual({ view: null, token: "invite" });
});

test("a typed token loses what can only have slipped in", () => {
  expect(plainToken(" K7M4-x9p2\u00a0… ")).toBe("K7M4-x9p2");
  expect(plainToken("☃")).toBe("");
});
