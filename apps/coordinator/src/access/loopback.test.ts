import { expect, test } from "vitest";
import { isLoopbackAddress, isLoopbackHost } from "./loopback.ts";

test.each(["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"])(
  "%s is this machine",
  (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
  },
);

test.each(["192.168.1.5", "::ffff:192.168.1.5", "fe80::1", "1127.0.0.1", "127.0.0.1.example", "", "::"])(
  "%j may be another",
  (address) => expect(isLoopbackAddress(address)).toBe(false),
);

test.each(["localhost", "localhost:4300", "LocalHost:1", "127.0.0.1:4300", "127.1.2.3", "[::1]", "[::1]:4300"])(
  "%s means this machine by itself",
  (host) => expect(isLoopbackHost(host)).toBe(true),
);

test.each([
  "evil.example",
  "localhost.evil.example:4300",
  "localhost.:4300",
  "evil.localhost:4300",
  "127.0.0.1.evil.example:4300",
  "127.0.0.1:4300@evil.example",
  "[::1].evil.example",
  "[::2]:4300",
  "192.168.1.5:4300",
  "0.0.0.0:4300",
  "2130706433",
  "localhost:port",
  "",
])("%j does not", (host) => expect(isLoopbackHost(host)).toBe(false));
