import type { NetworkInterfaceInfo } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { issueCertificate, makeAuthority } from "../https/certificate-authority.ts";
import type { ServerCertificate } from "../https/server-certificate.ts";
import { Entry, type EntryOptions } from "./entry.ts";

const tokens = { invitation: "k7m4-x9p2", adminKey: "abcd-efgh-jkmn-pqrs" };
const validity = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 3_600_000) };
const admin = { access: "admin" } as const;
const nobody = { access: "none", sentence: "No." } as const;

let own: ServerCertificate;
let others: ServerCertificate;
beforeAll(async () => {
  const names = { dns: ["localhost", "desk.local"], ips: ["127.0.0.1", "192.168.1.5", "fd00::2"] };
  const authority = await makeAuthority("desk", names, validity);
  own = { ...(await issueCertificate(authority, "desk", names, validity)), authority: authority.certificate };
  const school = { dns: ["*.school.example", "convoy.school.example"], ips: [] };
  const theirs = await makeAuthority("school", school, validity);
  others = { ...(await issueCertificate(theirs, "school", school, validity)), authority: null };
});

function entryOf(change: Partial<EntryOptions> & { addresses?: string[] } = {}): Entry {
  const { addresses = ["192.168.1.5"], ...options } = change;
  const infos = addresses.map(
    (address) =>
      ({ address, family: address.includes(":") ? "IPv6" : "IPv4", internal: false }) as NetworkInterfaceInfo,
  );
  return new Entry({
    host: "0.0.0.0",
    port: 4300,
    hostName: undefined,
    tokens,
    interfaces: () => ({ eth0: infos }),
    certificate: () => null,
    ...options,
  });
}

describe("a program on this machine finds it", () => {
  test.each([
    ["0.0.0.0", "http://localhost:4300"],
    ["::", "http://localhost:4300"],
    ["127.0.0.1", "http://localhost:4300"],
    ["127.0.0.2", "http://127.0.0.2:4300"],
    ["::1", "http://[::1]:4300"],
    ["192.168.1.5", "http://192.168.1.5:4300"],
    ["desk.local", "http://desk.local:4300"],
  ])("listening on %s, at %s", (host, origin) => expect(entryOf({ host }).localOrigin).toBe(origin));
});

describe("other devices find it", () => {
  test.each(["127.0.0.1", "localhost", "::1", "127.1.1.1"])("not at all while it listens on %s", (host) => {
    const entry = entryOf({ host });
    expect(entry.origins).toEqual([]);
    expect(entry.links).toBeNull();
    expect(entry.describe(admin, "localhost:4300").invitation).toEqual({ token: tokens.invitation, origins: [] });
  });

  test("at each of its addresses, and first under its name", () => {
    const addresses = ["192.168.1.5", "10.0.0.9", "fd00::2"];
    expect(entryOf({ addresses }).origins).toEqual(["http://192.168.1.5:4300", "http://10.0.0.9:4300"]);
    expect(entryOf({ addresses, host: "::", hostName: "desk.local" }).origins).toEqual([
      "http://desk.local:4300",
      "http://192.168.1.5:4300",
      "http://10.0.0.9:4300",
      "http://[fd00::2]:4300",
    ]);
  });

  test("over plain http, and whoever shares that knows what it costs", () => {
    expect(entryOf().links?.remark).toContain("--https");
  });

  test("where it is now: a laptop changes its network", () => {
    let address = "192.168.1.5";
    const entry = entryOf({ interfaces: () => ({ wlan0: [{ address, internal: false } as NetworkInterfaceInfo] }) });
    expect(entry.origins).toEqual(["http://192.168.1.5:4300"]);
    address = "10.0.0.9";
    expect(entry.origins).toEqual(["http://10.0.0.9:4300"]);
  });
});

describe("with a certificate of its own authority", () => {
  test("links lead to pages that explain, and the key travels over https at once", () => {
    expect(entryOf({ certificate: () => own }).links).toEqual({
      lend: ["http://192.168.1.5:4300/worker/#invite=k7m4-x9p2"],
      watch: "http://192.168.1.5:4300/#invite=k7m4-x9p2",
      control: "https://192.168.1.5:4300/#admin=abcd-efgh-jkmn-pqrs",
      remark: expect.stringContaining("certificate"),
    });
  });

  test.each([
    ["192.168.1.5:4300", "https://192.168.1.5:4300"],
    ["DESK.local:4300", "https://desk.local:4300"],
    ["[fd00::2]:4300", "https://[fd00::2]:4300"],
    ["localhost:8080", "https://localhost:8080"],
    ["desk.local", "https://desk.local:4300"],
    ["classroom.test:4300", "https://192.168.1.5:4300"],
    ["bad host", "https://192.168.1.5:4300"],
    [null, "https://192.168.1.5:4300"],
  ])("whoever comes to %s is told of %s", (visited, origin) => {
    const entry = entryOf({ certificate: () => own });
    expect(entry.describe(nobody, visited).secure).toEqual({ origin, ownAuthority: true });
  });

  test("a machine without a network is told of the host that was asked for", () => {
    const entry = entryOf({ certificate: () => own, addresses: [] });
    expect(entry.describe(nobody, "classroom.test:4300").secure?.origin).toBe("https://classroom.test:4300");
  });
});

describe("with a certificate that somebody else has signed", () => {
  test("links have a name that it is for, and https", () => {
    expect(entryOf({ certificate: () => others }).links).toEqual({
      lend: ["https://convoy.school.example:4300/worker/#invite=k7m4-x9p2"],
      watch: "https://convoy.school.example:4300/#invite=k7m4-x9p2",
      control: "https://convoy.school.example:4300/#admin=abcd-efgh-jkmn-pqrs",
      remark: null,
    });
    const named = entryOf({ certificate: () => others, hostName: "lab.school.example" });
    expect(named.origins).toEqual(["https://lab.school.example:4300"]);
  });

  test("whoever comes by the address is told of the name", () => {
    expect(entryOf({ certificate: () => others }).describe(nobody, "192.168.1.5:4300").secure).toEqual({
      origin: "https://convoy.school.example:4300",
      ownAuthority: false,
    });
  });
});

test("whoever is not admitted learns why, and of https, but nothing else", () => {
  expect(entryOf().describe(nobody, "192.168.1.5:4300")).toEqual({
    access: "none",
    sentence: "No.",
    invitation: null,
    secure: null,
  });
});
