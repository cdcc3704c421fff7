import { expect, test } from "vitest";
import { entryLink, tokensOfLink } from "./entry-link.ts";

test("a link gives back what it carries", () => {
  const invitation = entryLink("http://192.168.1.5:4300/worker/", "invitation", "k7m4-x9p2");
  expect(invitation).toBe("http://192.168.1.5:4300/worker/#invite=k7m4-x9p2");
  expect(tokensOfLink(invitation)).toEqual({ invitation: "k7m4-x9p2", adminKey: null });
  expect(tokensOfLink(entryLink("/", "adminKey", "abcd"))).toEqual({ invitation: null, adminKey: "abcd" });
});

test.each([
  ["#invite=a&admin=b", { invitation: "a", adminKey: "b" }],
  ["#admin=b&invite=a=c", { invitation: "a=c", adminKey: "b" }],
  ["", { invitation: null, adminKey: null }],
  ["#", { invitation: null, adminKey: null }],
  ["#invite=", { invitation: null, adminKey: null }],
  ["#uninvite=a", { invitation: null, adminKey: null }],
  ["http://localhost:4300/worker/?start=1&invite=a", { invitation: null, adminKey: null }],
])("%j carries %j", (link, tokens) => expect(tokensOfLink(link)).toEqual(tokens));
