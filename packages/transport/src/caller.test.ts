import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { callerOf } from "./caller.ts";

const socket = (remoteAddress: string | undefined) => ({ remoteAddress }) as Socket;

test("a caller has the address of the socket and the host of the request", () => {
  const request = { socket: socket("192.168.1.7"), headers: { host: "Convoy.local:4300" } };
  expect(callerOf(request)).toEqual({ address: "192.168.1.7", host: "Convoy.local:4300", forwarded: false });
});

test("what a request does not tell is not made up", () => {
  expect(callerOf({ socket: socket(undefined), headers: {} })).toEqual({ address: "", host: null, forwarded: false });
});

test.each(["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"])(
  "the header %s tells that somebody passed the request on, even an empty one",
  (name) => {
    expect(callerOf({ socket: socket("127.0.0.1"), headers: { host: "localhost", [name]: "" } }).forwarded).toBe(true);
  },
);
