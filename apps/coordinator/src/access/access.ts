/** Who may do what: from where somebody calls, and what they show, to what is open to them. */
import type { Caller } from "@convoy/transport";
import type { AccessTokens } from "./access-tokens.ts";
import { isLoopbackAddress, isLoopbackHost } from "./loopback.ts";
import { isSameToken } from "./token.ts";
import { WrongTokens } from "./wrong-tokens.ts";

/** A guest helps and watches; an admin controls the run as well. */
export type Admission = { readonly access: "guest" | "admin" } | { readonly access: "none"; readonly sentence: string };

export class Access {
  readonly #tokens: AccessTokens;
  readonly #wrongTokens = new WrongTokens();

  constructor(tokens: AccessTokens) {
    this.#tokens = tokens;
  }

  admit(caller: Caller, token: string | null, now = performance.now()): Admission {
    if (isTrusted(caller)) return { access: "admin" };
    if (token === null || token === "") return refused.missing;
    // Also a right one: whoever guesses must not learn that it is.
    if (this.#wrongTokens.areTooMany(caller.address, now)) return refused.tooMany;
    if (isSameToken(token, this.#tokens.adminKey)) return { access: "admin" };
    if (isSameToken(token, this.#tokens.invitation)) return { access: "guest" };
    this.#wrongTokens.add(caller.address, now);
    return refused.wrong;
  }
}

const refused = {
  missing: {
    access: "none",
    sentence:
      "This run asks for an invitation: open the link that its host shares, or type the code that stands in it.",
  },
  wrong: {
    access: "none",
    sentence: "This invitation does not open this run: check the code, or ask its host for the link as it is now.",
  },
  tooMany: {
    access: "none",
    sentence: "Too many wrong invitations came from this address: wait a minute, then try again.",
  },
} as const satisfies Record<string, Admission>;

/**
 * Who sits at this machine. The address alone does not show it: any page of the web can have its own name lead to
 * 127.0.0.1, and what a proxy or tunnel on this machine passes on comes from there too.
 */
function isTrusted({ address, host, forwarded }: Caller): boolean {
  return !forwarded && isLoopbackAddress(address) && host !== null && isLoopbackHost(host);
}
