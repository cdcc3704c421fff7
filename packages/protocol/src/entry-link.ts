/**
 * Links that let somebody in carry a token behind `#`: browsers send that part to no server and tell no other page of
 * it, and a chat or a QR code carries it like any other link.
 */

/** What a link may carry: an invitation to a run, or the key of whoever hosts it. */
const keys = { invitation: "invite", adminKey: "admin" } as const;

export interface LinkTokens {
  readonly invitation: string | null;
  readonly adminKey: string | null;
}

/** `address` without a fragment, made into a link that carries one token. */
export function entryLink(address: string, kind: keyof LinkTokens, token: string): string {
  return `${address}#${keys[kind]}=${token}`;
}

/** The tokens in a link, or in its fragment alone, which begins with `#`. */
export function tokensOfLink(link: string): LinkTokens {
  const [, fragment = ""] = link.split("#", 2);
  const fields = fragment.split("&");
  const read = (key: string) => {
    const field = fields.find((text) => text.startsWith(`${key}=`));
    return field === undefined ? null : field.slice(key.length + 1) || null;
  };
  return { invitation: read(keys.invitation), adminKey: read(keys.adminKey) };
}
