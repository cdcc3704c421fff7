/** One event in each direction carries every message. */
export const MESSAGE_EVENT = "message";
export const SOCKET_PATH = "/socket";
