import { limits } from "@convoy/protocol";

/** One event in each direction carries every message. */
export const MESSAGE_EVENT = "message";
export const SOCKET_PATH = "/socket";

/** What may wait at the coordinator for one peer to read it, in bytes; a few of the largest messages. */
export const UNREAD_BYTES_MAX = 4 * limits.messageBytes;
