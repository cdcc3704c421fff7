import type { NetworkInterfaceInfo } from "node:os";
import { type EntryView, entryLink } from "@convoy/protocol";
import type { Admission } from "../access/access.ts";
import type { AccessTokens } from "../access/access-tokens.ts";
import { isLoopbackAddress, isLoopbackHost } from "../access/loopback.ts";
import { addressesOf } from "./addresses.ts";

export interface EntryOptions {
  /** What the server listens on. */
  readonly host: string;
  readonly port: number;
  readonly tokens: AccessTokens;
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
}

/** Links to the pages, for people. */
export interface EntryLinks {
  /** The likeliest address first. */
  readonly lend: readonly string[];
  readonly watch: string;
  /** To be shared with nobody. */
  readonly control: string;
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
    const { host, port } = this.#options;
    return `http://${EVERYWHERE.has(host) || host === "127.0.0.1" ? "localhost" : inUrl(host)}:${port}`;
  }

  /** For the person at this machine. */
  get localLinks(): EntryLinks {
    const page = `${this.localOrigin}/`;
    if (this.#trustsThisMachine) return { lend: [`${page}worker/`], watch: page, control: page };
    return this.#linksTo([this.localOrigin]);
  }

  /** For other devices; null when there is no way for them. */
  get links(): EntryLinks | null {
    const { origins } = this;
    return origins.length === 0 ? null : this.#linksTo(origins);
  }

  /** Where other devices find it; none when only this machine is let in. As it is now: a laptop changes its network. */
  get origins(): string[] {
    const { host, port, interfaces } = this.#options;
    if (isLoopback(host)) return [];
    return addressesOf(host, interfaces()).map((address) => `http://${inUrl(address)}:${port}`);
  }

  /** Listening on one address of a network, it hears of this machine under that address only, like of any other. */
  get #trustsThisMachine(): boolean {
    const { host } = this.#options;
    return EVERYWHERE.has(host) || isLoopback(host);
  }

  #linksTo(origins: readonly string[]): EntryLinks {
    const { invitation, adminKey } = this.#options.tokens;
    return {
      lend: origins.map((origin) => entryLink(`${origin}/worker/`, "invitation", invitation)),
      watch: entryLink(`${origins[0]}/`, "invitation", invitation),
      control: entryLink(`${origins[0]}/`, "adminKey", adminKey),
    };
  }

  describe(admission: Admission): EntryView {
    if (admission.access === "none") {
      return { access: "none", sentence: admission.sentence, invitation: null, secure: null };
    }
    const invitation = { token: this.#options.tokens.invitation, origins: this.origins };
    return { access: admission.access, sentence: null, invitation, secure: null };
  }
}

function isLoopback(host: string): boolean {
  return isLoopbackAddress(host) || isLoopbackHost(host);
}

function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
