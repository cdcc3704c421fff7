import type { PeerId } from "@convoy/coordination";
import type { Caller, Connection } from "@convoy/transport";
import type { Admission } from "../access/access.ts";

/** One connection, and what is open to it since it greeted. */
export interface Peer {
  readonly id: PeerId;
  readonly connection: Connection;
  readonly caller: Caller;
  /** On this machine. */
  readonly isNear: boolean;
  access: Admission["access"];
  /** It has sent a contribution whose turn has not come. */
  hasUnread: boolean;
}
