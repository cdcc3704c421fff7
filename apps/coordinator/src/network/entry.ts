import type { NetworkInterfaceInfo } from "node:os";
import { type EntryView, entryLink } from "@convoy/protocol";
import type { Admission } from "../access/access.ts";
import type { AccessTokens } from "../access/access-tokens.ts";
import { isLoopbackAddress, isLoopbackHost } from "../access/loopback.ts";
import { firstName, isForHost, type ServerCertificate } from "../https/server-certificate.ts";
import { addressesOf } from "./addresses.ts";

export interface EntryOptions {
  /** What the server listens on. */
  readonly host: string;
  readonly port: number;
  /** A name of this machine that others can type. */
  readonly hostName: string | undefined;
  readonly tokens: AccessTokens;
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** What https shows now; null where there is none. */
  certificate(): ServerCertificate | null;
}

/** Links to the pages, for people. */
export interface EntryLinks {
  /** The likeliest address first. */
  readonly lend: readonly string[];
  readonly watch: string;
  /** To be shared with nobody. */
  readonly control: string;
  /** What whoever shares them should know; null when there is nothing. */
  readonly remark: string | null;
}

const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** The ways to this coordinator, for people at it and elsewhere. */
export class Entry {
  readonly #options: EntryOptions;

  constructor(options: EntryOptions) {
    this.#options = options;
  }

  /** Where a browser or program of this machine finds it. */
  get localOrigin(): string {
    const { host } = this.#options;
    return this.#origin("http", EVERYWHERE.has(host) || host === "127.0.0.1" ? "localhost" : host);
  }

  /** For the person at this machine. */
  get localLinks(): EntryLinks {
    const page = `${this.localOrigin}/`;
    if (this.#trustsThisMachine) return { lend: [`${page}worker/`], watch: page, control: page, remark: null };
    return this.#linksTo(this.origins);
  }

  /** For other devices; null when there is no way for them. */
  get links(): EntryLinks | null {
    const { origins } = this;
    return origins.length === 0 ? null : this.#linksTo(origins);
  }

  /** Where other devices find it; none when only this machine is let in. As it is now: a laptop changes its network. */
  get origins(): string[] {
    if (isLoopback(this.#options.host)) return [];
    const hosts = this.#hosts;
    const certified = this.#hostsOfOthersCertificate(hosts);
    // With an authority of our own, a page without TLS comes first: it explains what the browser will say.
    if (certified.length === 0) return hosts.map((host) => this.#origin("http", host));
    return certified.map((host) => this.#origin("https", host));
  }

  /** `visited` is the host, with its port, under which somebody asks. */
  describe(admission: Admission, visited: string | null): EntryView {
    const secureOrigin = this.#secureOrigin(visited);
    const ownAuthority = this.#options.certificate()?.authority !== null;
    const secure = secureOrigin === null ? null : { origin: secureOrigin, ownAuthority };
    const { access } = admission;
    if (access === "none") return { access, sentence: admission.sentence, invitation: null, secure };
    const invitation = { token: this.#options.tokens.invitation, origins: this.origins };
    return { access, sentence: null, invitation, secure };
  }

  /** Listening on one address of a network, it hears of this machine under that address only, like of any other. */
  get #trustsThisMachine(): boolean {
    const { host } = this.#options;
    return EVERYWHERE.has(host) || isLoopback(host);
  }

  get #hosts(): string[] {
    const { host, hostName, interfaces } = this.#options;
    return [...(hostName === undefined ? [] : [hostName]), ...addressesOf(host, interfaces())];
  }

  /** Where browsers take a certificate that somebody else has signed without a question. */
  #hostsOfOthersCertificate(hosts: readonly string[]): string[] {
    const certificate = this.#options.certificate();
    if (certificate === null || certificate.authority !== null) return [];
    const certified = hosts.filter((host) => isForHost(certificate, host));
    const name = firstName(certificate);
    return certified.length > 0 || name === null ? certified : [name];
  }

  /** Under the same host if the certificate is for that, else under one that it is for. */
  #secureOrigin(visited: string | null): string | null {
    const certificate = this.#options.certificate();
    if (certificate === null) return null;
    const url = visited !== null && URL.canParse(`http://${visited}`) ? new URL(`http://${visited}`) : null;
    const asked = url?.hostname.replace(/^\[|\]$/g, "");
    if (url !== null && asked !== undefined && isForHost(certificate, asked)) {
      return this.#origin("https", asked, Number(url.port || this.#options.port));
    }
    const hosts = certificate.authority === null ? this.#hostsOfOthersCertificate(this.#hosts) : this.#hosts;
    return this.#origin("https", hosts.find((host) => isForHost(certificate, host)) ?? asked ?? "localhost");
  }

  #linksTo(origins: readonly string[]): EntryLinks {
    const { invitation, adminKey } = this.#options.tokens;
    const [first = this.localOrigin] = origins;
    const confidential = this.#secureOrigin(new URL(first).host) ?? first;
    return {
      lend: origins.map((origin) => entryLink(`${origin}/worker/`, "invitation", invitation)),
      watch: entryLink(`${first}/`, "invitation", invitation),
      control: entryLink(`${confidential}/`, "adminKey", adminKey),
      remark: this.#remark,
    };
  }

  get #remark(): string | null {
    const certificate = this.#options.certificate();
    if (certificate === null) return "Over plain http devices lend their processor only; with --https, their GPU too.";
    return certificate.authority === null
      ? null
      : "Browsers ask about the certificate once; the pages explain it first.";
  }

  #origin(scheme: "http" | "https", host: string, port = this.#options.port): string {
    return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }
}

function isLoopback(host: string): boolean {
  return isLoopbackAddress(host) || isLoopbackHost(host);
}
