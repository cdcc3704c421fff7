import { expect, test } from "vitest";
import { exampleEntry } from "./example-entry.ts";
import { invitationLinks, typedAddress } from "./invitation-links.ts";

const at = (address: string) => new URL(address);
const origins = ["http://192.168.1.5:4300", "http://10.0.0.9:4300"];
const invitation = { token: "k7m4-x9p2", origins };
const secure = { origin: "https://192.168.1.5:4300", ownAuthority: true };

test("the host's own page invites by the addresses of its machine", () => {
  for (const page of ["http://localhost:4300", "http://127.0.0.1:4300", "http://[::1]:4300"]) {
    expect(invitationLinks(exampleEntry({ invitation, secure }), at(page))).toEqual({
      links: ["http://192.168.1.5:4300/worker/#invite=k7m4-x9p2", "http://10.0.0.9:4300/worker/#invite=k7m4-x9p2"],
      code: "k7m4-x9p2",
      remark: null,
    });
  }
});

test("a coordinator that lets only its own machine in says so", () => {
  const entry = exampleEntry({ invitation: { token: "k7m4-x9p2", origins: [] } });
  expect(invitationLinks(entry, at("http://localhost:4300"))).toEqual({
    links: ["http://localhost:4300/worker/"],
    code: null,
    remark: expect.stringContaining("`--host 0.0.0.0 --https`"),
  });
});

test("the address under which a page was found comes first, and none twice", () => {
  const found = invitationLinks(exampleEntry({ invitation, secure }), at("http://classroom.test:4300"));
  expect(found.links.map((link) => new URL(link).host)).toEqual([
    "classroom.test:4300",
    "192.168.1.5:4300",
    "10.0.0.9:4300",
  ]);
  const known = invitationLinks(exampleEntry({ invitation, secure }), at("http://10.0.0.9:4300"));
  expect(known.links.map((link) => new URL(link).host)).toEqual(["10.0.0.9:4300", "192.168.1.5:4300"]);
});

test("from a page whose certificate has to be explained, links lead to one that does", () => {
  const { links } = invitationLinks(exampleEntry({ invitation, secure }), at("https://192.168.1.5:4300"));
  expect(links[0]).toBe("http://192.168.1.5:4300/worker/#invite=k7m4-x9p2");
});

test("a certificate that browsers know needs no page in between", () => {
  const entry = exampleEntry({
    invitation: { token: "k7m4-x9p2", origins: ["https://convoy.school.example"] },
    secure: { origin: "https://convoy.school.example", ownAuthority: false },
  });
  expect(invitationLinks(entry, at("https://convoy.school.example"))).toEqual({
    links: ["https://convoy.school.example/worker/#invite=k7m4-x9p2"],
    code: "k7m4-x9p2",
    remark: null,
  });
});

test("without https it is said what that costs", () => {
  expect(invitationLinks(exampleEntry({ invitation }), at("http://localhost:4300")).remark).toContain("`--https`");
});

test("a coordinator that could not be asked is invited to under the page's own address", () => {
  expect(invitationLinks(null, at("http://192.168.1.5:4300"))).toMatchObject({
    links: ["http://192.168.1.5:4300/worker/"],
    code: null,
  });
});

test.each([
  ["http://192.168.1.5:4300/worker/#invite=k7m4-x9p2", "192.168.1.5:4300/worker"],
  ["https://convoy.school.example/worker/#invite=k7m4-x9p2", "https://convoy.school.example/worker"],
  ["http://[fd00::2]:4300/worker/", "[fd00::2]:4300/worker"],
])("%s is typed as %s", (link, typed) => expect(typedAddress(link)).toBe(typed));
