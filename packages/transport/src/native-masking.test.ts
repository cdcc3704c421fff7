import { createRequire } from "node:module";
import { expect, test } from "vitest";

/** What bufferutil brings a binary for. Elsewhere `ws` masks in JavaScript, forty times slower. */
const binaries = ["linux x64", "darwin x64", "darwin arm64", "win32 x64"];
const own = createRequire(import.meta.url);

test.skipIf(!binaries.includes(`${process.platform} ${process.arch}`) || !isInstalled()).each([
  ["accepting", "socket.io", "engine.io"],
  ["dialing", "socket.io-client", "engine.io-client"],
])("the %s end of a socket masks with native code", (_, library, engine) => {
  const ws = createRequire(createRequire(own.resolve(library)).resolve(engine)).resolve("ws");
  const { mask, unmask } = createRequire(ws)("bufferutil");
  expect([String(mask), String(unmask)]).toEqual(Array(2).fill(expect.stringContaining("[native code]")));
});

/** It is an optional package. */
function isInstalled(): boolean {
  try {
    return own.resolve("bufferutil") !== "";
  } catch {
    return false;
  }
}
