import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { addressesOf, reachableAddresses } from "./addresses.ts";

const info = (address: string, internal = false) =>
  ({ address, family: address.includes(":") ? "IPv6" : "IPv4", internal }) as NetworkInterfaceInfo;

const laptop = {
  lo: [info("127.0.0.1", true), info("::1", true)],
  docker0: [info("172.17.0.1"), info("fe80::42:1")],
  "br-0123456789ab": [info("172.18.0.1")],
  tailscale0: [info("100.101.102.103"), info("fd7a::1")],
  eth0: [info("fe80::1"), info("fd00::2"), info("10.0.0.9")],
  wlan0: [info("169.254.7.7"), info("192.168.1.5")],
};

test("come without what no other device can use, the local network first, IPv6 last", () => {
  expect(reachableAddresses(laptop)).toEqual(["10.0.0.9", "192.168.1.5", "100.101.102.103", "fd00::2", "fd7a::1"]);
});

test("of a virtual network count where there is no other", () => {
  expect(reachableAddresses({ lo: laptop.lo, docker0: laptop.docker0 })).toEqual(["172.17.0.1"]);
});

test.each(["vEthernet (WSL)", "VirtualBox Host-Only Network", "VMware Network Adapter VMnet8", "vmnet8", "veth12ab"])(
  "of %s are left out where there is another",
  (name) =>
    expect(reachableAddresses({ [name]: [info("172.20.0.1")], en0: [info("192.168.1.5")] })).toEqual(["192.168.1.5"]),
);

test("public ones come after those of a local network", () => {
  expect(reachableAddresses({ eth0: [info("203.0.113.7")], eth1: [info("172.31.0.2")] })).toEqual([
    "172.31.0.2",
    "203.0.113.7",
  ]);
});

test("a server that listens on IPv4 alone has no others; one address is just that", () => {
  expect(addressesOf("0.0.0.0", laptop)).toEqual(["10.0.0.9", "192.168.1.5", "100.101.102.103"]);
  expect(addressesOf("::", laptop)).toEqual(reachableAddresses(laptop));
  expect(addressesOf("192.168.1.5", laptop)).toEqual(["192.168.1.5"]);
});

test("a machine without a network has none", () => {
  expect(reachableAddresses({ lo: laptop.lo, gone: undefined })).toEqual([]);
});
