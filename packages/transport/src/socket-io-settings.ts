/** Where sockets are dialed. There is one event in each direction for each channel of a pipe. */
export const SOCKET_PATH = "/socket";
