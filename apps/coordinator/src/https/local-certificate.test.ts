import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { obtainLocalCertificate } from "./local-certificate.ts";
import { validityOf } from "./server-certificate.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");
const names = { dns: ["localhost", "desk"], ips: ["127.0.0.1", "192.168.1.5"] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
});
afterEach(() => rm(folder, { recursive: true }));

const obtain = (days = 0, change: Partial<typeof names> = {}) =>
  obtainLocalCertificate(folder, "desk", { ...names, ...change }, NOW + days * DAY_MS);

function daysOf(pem: string): { begins: number; ends: number } {
  const { from, to } = validityOf(new X509Certificate(pem));
  return { begins: (from - NOW) / DAY_MS, ends: (to - NOW) / DAY_MS };
}

test("the authority lasts ten years, the certificate for a server as long as browsers allow", async () => {
  const { certificate, authority, isNewAuthority } = await obtain();
  expect(isNewAuthority).toBe(true);
  expect(daysOf(authority)).toEqual({ begins: -1, ends: 3649 });
  expect(daysOf(certificate)).toEqual({ begins: -1, ends: 396 });
});

test("both are kept", async () => {
  const first = await obtain();
  expect(await obtain(365)).toEqual({ ...first, isNewAuthority: false });
  expect((await readdir(folder)).toSorted()).toEqual(["authority.pem", "server.pem"]);
});

test.skipIf(process.platform === "win32")("nobody else on the machine may read the keys", async () => {
  await obtain();
  for (const name of ["authority.pem", "server.pem"]) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test.each([
  ["near its end", 366, {}],
  ["for an address that is new", 1, { ips: ["192.168.1.5", "10.0.0.9"] }],
  ["for a name that is new", 1, { dns: ["other.local"] }],
  ["before its time, by a clock that was put back", -2, {}],
])("the certificate is renewed %s", async (_, days, change) => {
  const first = await obtain();
  const second = await obtain(days, change);
  expect(second.certificate).not.toBe(first.certificate);
  expect(second.isNewAuthority).toBe(days < 0);
  expect(await obtain(days, change)).toEqual({ ...second, isNewAuthority: false });
});

test("an address that is gone is no reason", async () => {
  const first = await obtain();
  expect((await obtain(1, { ips: ["127.0.0.1"] })).certificate).toBe(first.certificate);
});

test("an authority near its end, or that may not vouch for a name, is replaced, and that is told", async () => {
  const first = await obtain();
  const named = await obtain(1, { dns: ["lab.school.example"] });
  expect(named.isNewAuthority).toBe(true);
  expect(named.authority).not.toBe(first.authority);
  const last = await obtain(3640);
  expect(last.isNewAuthority).toBe(true);
});

test("no certificate outlives its authority", async () => {
  const { authority } = await obtain();
  const late = await obtain(3500);
  expect(late.authority).toBe(authority);
  expect(daysOf(late.certificate).ends).toBe(3649);
});

test("a certificate of another authority is replaced", async () => {
  await obtain();
  await rm(join(folder, "authority.pem"));
  const { certificate, authority } = await obtain();
  expect(new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey)).toBe(true);
});

test.each(["authority.pem", "server.pem"])("a damaged %s is named, and left alone", async (name) => {
  const path = join(folder, name);
  await obtain();
  const other = await readFile(join(folder, name === "server.pem" ? "authority.pem" : "server.pem"), "utf8");
  const whole = await readFile(path, "utf8");
  const cut = other.slice(0, other.indexOf("-----BEGIN CERT")) + whole.slice(whole.indexOf("-----BEGIN CERT"));
  for (const text of ["", "nonsense", whole.slice(0, 300), cut]) {
    await writeFile(path, text);
    const failure = await obtain().catch((error: unknown) => error);
    expect(failure).toEqual(
      new StartError(`The certificate in ${path} is damaged: delete the file, and a new one is made.`),
    );
    expect(await readFile(path, "utf8")).toBe(text);
  }
});
