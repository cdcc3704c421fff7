import { expect, test } from "vitest";
import { machineNames } from "./machine-names.ts";

test("a machine is called by its name, on a network without a name server, by itself and by its addresses", () => {
  expect(machineNames("Desk", ["192.168.1.5", "fd00::2"], undefined)).toEqual({
    dns: ["localhost", "desk", "desk.local"],
    ips: ["127.0.0.1", "::1", "192.168.1.5", "fd00::2"],
  });
});

test.each(["desk.local", "Desk.Local"])("%s has its ending already", (hostname) => {
  expect(machineNames(hostname, [], undefined).dns).toEqual(["localhost", "desk", "desk.local"]);
});

test("a name that others have given it counts as well, and none counts twice", () => {
  expect(machineNames("lab.school.example", ["127.0.0.1"], "convoy.school.example")).toEqual({
    dns: ["localhost", "lab.school.example", "convoy.school.example"],
    ips: ["127.0.0.1", "::1"],
  });
});

test.each(["Anna's laptop", "under_score", "", "-x"])("%j is no name on a network", (hostname) => {
  expect(machineNames(hostname, [], undefined).dns).toEqual(["localhost"]);
});
