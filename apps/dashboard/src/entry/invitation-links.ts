import { type EntryView, entryLink } from "@convoy/protocol";

/** What another device needs to lend itself. */
export interface InvitationLinks {
  /** To the worker page, the likeliest first; at least one. */
  readonly links: readonly string[];
  /** To be typed where the page asks for it; null where nobody asks. */
  readonly code: string | null;
  /** What hinders others; null when nothing does. What is typed stands in backticks. */
  readonly remark: string | null;
}

/** Built from what the coordinator tells, and from where this page itself was found. */
export function invitationLinks(view: EntryView | null, page: URL): InvitationLinks {
  const invitation = view?.invitation ?? null;
  const code = invitation?.token ?? null;
  const others = invitation?.origins ?? [];
  const isLocal = isLoopback(page.hostname);
  // Over http first: that page explains what a browser says to a certificate of the coordinator's own authority.
  const own = view?.secure?.ownAuthority ? `http://${page.host}` : page.origin;
  const origins = isLocal ? others : [own, ...others.filter((origin) => origin !== own)];
  if (origins.length === 0) {
    return { links: [`${page.origin}/worker/`], code: null, remark: remarks.local };
  }
  return {
    links: origins.map((origin) => linkTo(origin, code)),
    code,
    remark: view?.secure || origins[0]?.startsWith("https:") ? null : remarks.plain,
  };
}

/** What one types instead of a link: `http://` comes by itself. */
export function typedAddress(link: string): string {
  const { protocol, host, pathname } = new URL(link);
  return `${protocol === "http:" ? "" : `${protocol}//`}${host}${pathname.replace(/\/$/, "")}`;
}

function linkTo(origin: string, code: string | null): string {
  const address = `${origin}/worker/`;
  return code === null ? address : entryLink(address, "invitation", code);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}

const remarks = {
  local:
    "This address works on this computer only. To invite other devices, start the coordinator with `--host 0.0.0.0 --https`.",
  plain:
    "Over plain http, browsers keep other devices' GPUs from this page, and those devices lend their processor. Started with `--https`, the coordinator has a page for their GPUs too.",
};
