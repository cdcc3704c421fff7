import { X509Certificate } from "node:crypto";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { issueCertificate, type KeyPair, makeAuthority } from "./certificate-authority.ts";
import { allowsNames, type CertificateNames } from "./name-constraints.ts";

const validity = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 3_600_000) };
const names: CertificateNames = {
  dns: ["localhost", "desk", "desk.local", "lab.school.example"],
  ips: ["127.0.0.1", "192.168.1.5", "203.0.113.7", "fd00::2", "2001:db8::7"],
};

let authority: KeyPair;
beforeAll(async () => {
  authority = await makeAuthority("desk", names, validity);
});

/** What a program that trusts the authority says of a server that shows a certificate for these names. */
async function connectUnder(servername: string, certified: CertificateNames): Promise<string> {
  const { certificate: cert, key } = await issueCertificate(authority, "desk", certified, validity);
  const server = createServer({ cert, key }, (socket) => socket.on("error", () => {}).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", servername, ca: authority.certificate });
      socket.on("secureConnect", () => resolve("trusted")).on("error", (error) => resolve(error.message));
    });
  } finally {
    server.close();
  }
}

describe("a certificate", () => {
  test.each(names.dns)("is good for %s", async (name) => {
    expect(await connectUnder(name, names)).toBe("trusted");
  });

  test("is good for every address, and for no other", async () => {
    const { certificate } = await issueCertificate(authority, "desk", names, validity);
    const parsed = new X509Certificate(certificate);
    for (const address of names.ips) expect(parsed.checkIP(address)).toBeDefined();
    expect(parsed.checkIP("192.168.1.6")).toBeUndefined();
    expect(await connectUnder("desk.example", names)).toMatch(/altnames/);
  });

  test("serves, and signs nothing", async () => {
    const { certificate } = await issueCertificate(authority, "desk", names, validity);
    const parsed = new X509Certificate(certificate);
    expect(parsed.ca).toBe(false);
    expect(parsed.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  });
});

describe("an authority", () => {
  test("says whose it is, and signs for servers directly", () => {
    const parsed = new X509Certificate(authority.certificate);
    expect(parsed.subject).toBe("CN=Convoy on desk\nO=Convoy");
    expect(parsed.ca).toBe(true);
  });

  test.each<[string, string, CertificateNames]>([
    ["another name", "bank.example", { dns: ["bank.example"], ips: [] }],
    ["a name beside its own", "desk", { dns: ["desk", "bank.example"], ips: [] }],
    ["a name that only ends alike", "notdesk", { dns: ["notdesk"], ips: [] }],
    ["an address of somebody else", "desk", { dns: ["desk"], ips: ["198.51.100.1"] }],
    ["an IPv6 address of somebody else", "desk", { dns: ["desk"], ips: ["2001:db8::8"] }],
  ])("vouches in vain for %s", async (_, servername, certified) => {
    expect(await connectUnder(servername, certified)).toBe("permitted subtree violation");
  });

  test("vouches for any address of a private network: a laptop moves", async () => {
    const ips = [
      "10.0.0.1",
      "172.31.255.254",
      "192.168.77.1",
      "100.64.0.9",
      "169.254.1.1",
      "fd12::1",
      "fe80::1",
      "::1",
    ];
    expect(await connectUnder("printer.local", { dns: ["printer.local"], ips })).toBe("trusted");
  });

  test("knows for what it may vouch", () => {
    const { raw } = new X509Certificate(authority.certificate);
    expect(allowsNames(raw, names)).toBe(true);
    expect(allowsNames(raw, { dns: ["other.local"], ips: ["10.1.2.3", "fd77::1"] })).toBe(true);
    expect(allowsNames(raw, { dns: ["other"], ips: [] })).toBe(false);
    expect(allowsNames(raw, { dns: [], ips: ["203.0.113.8"] })).toBe(false);
    expect(allowsNames(raw, { dns: [], ips: ["2001:db8::8"] })).toBe(false);
  });
});
