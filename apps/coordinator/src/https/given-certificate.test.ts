import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { issueCertificate, type KeyPair, makeAuthority } from "./certificate-authority.ts";
import { readGivenCertificate } from "./given-certificate.ts";
import { firstName, isForHost } from "./server-certificate.ts";

const names = { dns: ["*.school.example", "convoy.school.example"], ips: ["192.168.1.5"] };
const validity = { notBefore: new Date("2026-01-01"), notAfter: new Date("2026-12-31") };
const NOW = Date.parse("2026-11-24");

let folder: string;
let pair: KeyPair;
let authority: KeyPair;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
  authority = await makeAuthority("school", names, validity);
  pair = await issueCertificate(authority, "convoy", names, validity);
  const passphrase = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" } as const;
  const files = {
    "cert.pem": pair.certificate + authority.certificate,
    "key.pem": pair.key,
    "other-key.pem": authority.key,
    "locked-key.pem": createPrivateKey(pair.key).export(passphrase),
    "none.pem": "nothing of that kind",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
});
afterAll(() => rm(folder, { recursive: true }));

test("a certificate that fits its key is taken, with all that leads to its authority", async () => {
  expect(await readGivenCertificate(at("cert.pem"), at("key.pem"), NOW)).toEqual({
    certificate: pair.certificate + authority.certificate,
    key: pair.key,
    authority: null,
  });
});

test.each([
  ["a missing certificate", "gone.pem", "key.pem", () => `There is no file ${at("gone.pem")}, which --cert names.`],
  ["a missing key", "cert.pem", "gone.pem", () => `There is no file ${at("gone.pem")}, which --key names.`],
  ["a folder", "", "key.pem", () => `The file ${at("")}, which --cert names, cannot be read: it is a folder.`],
  [
    "another kind of file",
    "none.pem",
    "key.pem",
    () => `There is no certificate in ${at("none.pem")}: it must be in PEM form.`,
  ],
  [
    "a key in its place",
    "key.pem",
    "key.pem",
    () => `There is no certificate in ${at("key.pem")}: it must be in PEM form.`,
  ],
  ["no key", "cert.pem", "none.pem", () => `There is no private key in ${at("none.pem")}: it must be in PEM form.`],
  [
    "another's key",
    "cert.pem",
    "other-key.pem",
    () => `The key in ${at("other-key.pem")} does not belong to the certificate in ${at("cert.pem")}.`,
  ],
  [
    "a locked key",
    "cert.pem",
    "locked-key.pem",
    () => `The key in ${at("locked-key.pem")} is protected by a passphrase: give it without one.`,
  ],
])("%s is named in a sentence", async (_, cert, key, sentence) => {
  const failure = await readGivenCertificate(at(cert), at(key), NOW).catch((error: unknown) => error);
  expect(failure).toEqual(new StartError(sentence()));
});

test.each([
  ["2026-12-31", "expired on 2026-12-31: renew it."],
  ["2025-12-31", "is not valid before 2026-01-01."],
])("on %s it %s", async (day, sentence) => {
  const reading = readGivenCertificate(at("cert.pem"), at("key.pem"), Date.parse(day));
  await expect(reading).rejects.toThrow(new StartError(`The certificate in ${at("cert.pem")} ${sentence}`));
});

test("its names tell where it can be used", () => {
  const given = { ...pair, authority: null };
  expect(new X509Certificate(pair.certificate).subjectAltName).toContain("*.school.example");
  for (const host of ["convoy.school.example", "other.school.example", "192.168.1.5"])
    expect(isForHost(given, host)).toBe(true);
  for (const host of ["school.example", "192.168.1.6", "localhost", "fd00::1"])
    expect(isForHost(given, host)).toBe(false);
  expect(firstName(given)).toBe("convoy.school.example");
});
