import { entryLink, type LinkTokens, tokensOfLink } from "@convoy/protocol";

const INVITATION = "convoy.invitation";
const ADMIN_KEY = "convoy.admin-key";

/**
 * The tokens that open the run to this page: those in its address, else those it had before. An invitation stays in the
 * address, so that sharing the page invites; the key goes, so that sharing it, or projecting it, does not hand it out.
 */
export function takeTokens(): LinkTokens {
  const { hash, pathname, search } = window.location;
  const shown = tokensOfLink(hash);
  if (shown.invitation !== null) keepInvitation(shown.invitation);
  if (shown.adminKey !== null) {
    keepAdminKey(shown.adminKey);
    const address = `${pathname}${search}`;
    const bare = shown.invitation === null ? address : entryLink(address, "invitation", shown.invitation);
    window.history.replaceState(window.history.state, "", bare);
  }
  return {
    invitation: shown.invitation ?? read(() => localStorage, INVITATION),
    adminKey: shown.adminKey ?? read(() => sessionStorage, ADMIN_KEY),
  };
}

/** For every tab of this browser. */
export function keepInvitation(invitation: string): void {
  write(() => localStorage, INVITATION, invitation);
}

/** For this tab alone: who sits down at a shared computer later must not find it. Null forgets it. */
export function keepAdminKey(adminKey: string | null): void {
  write(() => sessionStorage, ADMIN_KEY, adminKey);
}

function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // A browser that keeps nothing asks again.
  }
}
