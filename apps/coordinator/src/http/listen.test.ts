import { EventEmitter } from "node:events";
import type { Server } from "node:http";
import { limits } from "@convoy/protocol";
import { expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { boundSocketsPerAddress, listen } from "./listen.ts";

test("port 0 takes a free one and says which", async () => {
  const { server, port } = await listen("127.0.0.1", 0);
  server.on("request", (_, response) => response.end("here"));
  try {
    expect(port).toBeGreaterThan(0);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
  } finally {
    server.close();
  }
});

test("a port in use is refused in a sentence that says what to do", async () => {
  const { server, port } = await listen("127.0.0.1", 0);
  try {
    const failure = await listen("127.0.0.1", port).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toBe(
      `Port ${port} is in use: stop the other program, or choose another port with --port.`,
    );
  } finally {
    server.close();
  }
});

test.each(["192.0.2.1", "no.such.host.invalid"])(
  "an address that is not of this machine (%s) is refused",
  async (host) => {
    const failure = await listen(host, 0).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toContain(host);
  },
);

/** A socket of that address, as far as its bounds look at it. */
function socketOf(remoteAddress: string) {
  const socket = Object.assign(new EventEmitter(), { remoteAddress, destroyed: false });
  return Object.assign(socket, {
    destroy() {
      socket.destroyed = true;
      socket.emit("close");
    },
  });
}

test("[T22] one address has so many sockets and not one more; when one is closed, there is room again", () => {
  const server = new EventEmitter();
  const most = limits.socketsPerAddress;
  boundSocketsPerAddress(server as unknown as Server, most);
  const open = (address: string) => {
    const socket = socketOf(address);
    server.emit("connection", socket);
    return socket;
  };
  const sockets = Array.from({ length: most }, () => open("192.0.2.7"));
  expect(sockets.some(({ destroyed }) => destroyed)).toBe(false);
  expect(open("192.0.2.7").destroyed).toBe(true);
  // Others, and this machine itself, have room all the same.
  expect(open("192.0.2.8").destroyed).toBe(false);
  expect(Array.from({ length: most + 1 }, () => open("127.0.0.1")).some(({ destroyed }) => destroyed)).toBe(false);
  sockets[0]?.destroy();
  expect(open("192.0.2.7").destroyed).toBe(false);
  expect(open("192.0.2.7").destroyed).toBe(true);
});
