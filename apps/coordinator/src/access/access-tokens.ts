import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writingTo } from "../checkpoints/data-folder.ts";
import { StartError } from "../start-error.ts";
import { writeAtomically } from "../write-atomically.ts";
import { ADMIN_KEY_LETTERS, INVITATION_LETTERS, isToken, makeToken } from "./token.ts";

export interface AccessTokens {
  /** Opens the run to who helps or watches. */
  readonly invitation: string;
  /** Lets its bearer control the run as well. */
  readonly adminKey: string;
}

const FILE = "access.json";
/** For this user's eyes only. */
const PRIVATE = 0o600;

/** The tokens of a data folder; made the first time and kept, so that links that were shared go on working. */
export async function obtainAccessTokens(dataDir: string): Promise<AccessTokens> {
  const path = join(dataDir, FILE);
  const kept = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new StartError(`The tokens in ${path} cannot be read: ${error.message}.`);
  });
  if (kept !== null) {
    const tokens = parse(kept, path);
    await writingTo(dataDir, () => chmod(path, PRIVATE));
    return tokens;
  }
  const tokens = { invitation: makeToken(INVITATION_LETTERS), adminKey: makeToken(ADMIN_KEY_LETTERS) };
  const text = new TextEncoder().encode(`${JSON.stringify(tokens, null, 2)}\n`);
  await writingTo(dataDir, () => writeAtomically(dataDir, FILE, text, PRIVATE));
  return tokens;
}

function parse(text: string, path: string): AccessTokens {
  let found: Partial<AccessTokens> | null;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  if (!isToken(found?.invitation, INVITATION_LETTERS) || !isToken(found?.adminKey, ADMIN_KEY_LETTERS)) {
    throw new StartError(`The tokens in ${path} are damaged: delete the file, and new ones are made.`);
  }
  return { invitation: found.invitation, adminKey: found.adminKey };
}
