import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writingTo } from "../checkpoints/data-folder.ts";
import { StartError } from "../start-error.ts";
import { writeAtomically } from "../write-atomically.ts";
import type { KeyPair, Validity } from "./certificate-authority.ts";
import { allowsNames, type CertificateNames } from "./name-constraints.ts";
import { type ServerCertificate, validityOf } from "./server-certificate.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** Browsers accept no more from a server. */
const SERVER_DAYS = 397;
/** Renewed when less than this is left, so that it lasts for whatever has begun. */
const RENEWAL_DAYS = 30;
/** Clocks in a classroom differ. */
const EARLIER_MS = DAY_MS;

/** Each holds a key and its certificate: two files could be of two times. */
const FILES = { authority: "authority.pem", server: "server.pem" };
/** For this user's eyes only. */
const PRIVATE = 0o600;

export interface LocalCertificate extends ServerCertificate {
  readonly authority: string;
  /** Devices that have installed an earlier authority must install this one. */
  readonly isNewAuthority: boolean;
}

/**
 * A certificate for this machine's names, signed by an authority of its own; both are kept in `folder`, and made anew
 * when they are near their end or the machine has other names. `owner` is what people call the machine, `now` a date.
 */
export async function obtainLocalCertificate(
  folder: string,
  owner: string,
  names: CertificateNames,
  now = Date.now(),
): Promise<LocalCertificate> {
  const kept = await readPair(folder, FILES.authority);
  const keptServer = await readPair(folder, FILES.server);
  const isNewAuthority = kept === null || !lasts(kept, now) || !allowsNames(x509(kept).raw, names);
  if (!isNewAuthority && keptServer !== null && lasts(keptServer, now) && isFor(keptServer, kept, names)) {
    return { ...keptServer, authority: kept.certificate, isNewAuthority };
  }
  // With its library, which takes a while to load and is needed once in a year.
  const { issueCertificate, makeAuthority } = await import("./certificate-authority.ts");
  const authority = isNewAuthority ? await makeAuthority(owner, names, validity(now, AUTHORITY_DAYS)) : kept;
  const limit = Math.min(validity(now, SERVER_DAYS).notAfter.getTime(), validityOf(x509(authority)).to);
  const server = await issueCertificate(authority, owner, names, {
    ...validity(now, SERVER_DAYS),
    notAfter: new Date(limit),
  });
  if (isNewAuthority) await writePair(folder, FILES.authority, authority);
  await writePair(folder, FILES.server, server);
  return { ...server, authority: authority.certificate, isNewAuthority };
}

function validity(now: number, days: number): Validity {
  const notBefore = now - EARLIER_MS;
  return { notBefore: new Date(notBefore), notAfter: new Date(notBefore + days * DAY_MS) };
}

function lasts(pair: KeyPair, now: number): boolean {
  const { from, to } = validityOf(x509(pair));
  return from <= now && to - now > RENEWAL_DAYS * DAY_MS;
}

function isFor(server: KeyPair, authority: KeyPair, { dns, ips }: CertificateNames): boolean {
  const certificate = x509(server);
  if (!certificate.verify(x509(authority).publicKey)) return false;
  return dns.every((name) => certificate.checkHost(name)) && ips.every((address) => certificate.checkIP(address));
}

function x509({ certificate }: KeyPair): X509Certificate {
  return new X509Certificate(certificate);
}

async function readPair(folder: string, name: string): Promise<KeyPair | null> {
  const path = join(folder, name);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new StartError(`The certificate in ${path} cannot be read: ${error.message}.`);
  });
  if (text === null) return null;
  const start = text.indexOf("-----BEGIN CERTIFICATE");
  const pair = { key: text.slice(0, Math.max(0, start)), certificate: text.slice(Math.max(0, start)) };
  try {
    if (x509(pair).checkPrivateKey(createPrivateKey(pair.key))) return pair;
  } catch {
    // Told below, as a key that belongs to another certificate is.
  }
  throw new StartError(`The certificate in ${path} is damaged: delete the file, and a new one is made.`);
}

async function writePair(folder: string, name: string, { key, certificate }: KeyPair): Promise<void> {
  const bytes = new TextEncoder().encode(key + certificate);
  await writingTo(folder, () => writeAtomically(folder, name, bytes, PRIVATE));
}
