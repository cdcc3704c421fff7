import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** What a server shows and proves over TLS, as PEM. */
export interface ServerCertificate {
  /** Its own first, then those that lead to an authority. */
  readonly certificate: string;
  readonly key: string;
  /** The coordinator's own authority, which no browser knows by itself; null where another has signed. */
  readonly authority: string | null;
}

/** Whether the certificate is for a host, given by its name or its address without brackets. */
export function isForHost({ certificate }: ServerCertificate, host: string): boolean {
  const parsed = new X509Certificate(certificate);
  return (isIP(host) === 0 ? parsed.checkHost(host) : parsed.checkIP(host)) !== undefined;
}

/** The first name that it is for; null when it has none that could be typed. */
export function firstName({ certificate }: ServerCertificate): string | null {
  const names = new X509Certificate(certificate).subjectAltName?.split(", ") ?? [];
  const dns = names.flatMap((name) => (name.startsWith("DNS:") ? [name.slice("DNS:".length)] : []));
  return dns.find((name) => !name.includes("*")) ?? null;
}

/** When a certificate begins and ends to be valid, in milliseconds since 1970. */
export function validityOf({ validFrom, validTo }: X509Certificate): { readonly from: number; readonly to: number } {
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}
