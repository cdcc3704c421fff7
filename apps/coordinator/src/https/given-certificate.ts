import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { StartError } from "../start-error.ts";
import { type ServerCertificate, validityOf } from "./server-certificate.ts";

/** The certificate and key that a person has from elsewhere, checked before anybody relies on them. */
export async function readGivenCertificate(
  certFile: string,
  keyFile: string,
  now = Date.now(),
): Promise<ServerCertificate> {
  const certificate = await readPem(certFile, "--cert");
  const key = await readPem(keyFile, "--key");
  const parsed = parseCertificate(certificate, certFile);
  if (!parsed.checkPrivateKey(parseKey(key, keyFile))) {
    throw new StartError(`The key in ${keyFile} does not belong to the certificate in ${certFile}.`);
  }
  const { from, to } = validityOf(parsed);
  if (to <= now) throw new StartError(`The certificate in ${certFile} expired on ${dayOf(to)}: renew it.`);
  if (from > now) throw new StartError(`The certificate in ${certFile} is not valid before ${dayOf(from)}.`);
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    throw new StartError(`The certificate in ${certFile} cannot be used: ${(error as Error).message}.`);
  }
  return { certificate, key, authority: null };
}

async function readPem(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new StartError(`There is no file ${path}, which ${option} names.`);
    const why = code === "EACCES" ? "this user may not" : code === "EISDIR" ? "it is a folder" : message;
    throw new StartError(`The file ${path}, which ${option} names, cannot be read: ${why}.`);
  }
}

function parseCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new StartError(`There is no certificate in ${path}: it must be in PEM form.`);
  }
}

function parseKey(pem: string, path: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw new StartError(`The key in ${path} is protected by a passphrase: give it without one.`);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new StartError(`There is no private key in ${path}: it must be in PEM form.`);
  }
}

function dayOf(date: number): string {
  return new Date(date).toISOString().slice(0, 10);
}
