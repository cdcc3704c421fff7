import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { createTfjsEngine } from "../create-tfjs-engine.ts";
import { wasmDirectory } from "../wasm-directory.ts";
import { expectPromisedBits } from "./test-wasm-bits.ts";

/**
 * XNNPACK in tfjs-backend-wasm-simd.wasm looks at the sign of inf − inf, which is negative on x86 alone, and takes
 * other kernels there. This is that place: load inf, load inf, subtract, look at the bits.
 */
const SIGN_OF_NAN = Uint8Array.of(0x41, 0xa4, 0x38, 0x2a, 2, 0, 0x41, 0xa4, 0x38, 0x2a, 2, 0, 0x93, 0xbc);
const SUBTRACT_AT = 12;
const ADD = 0x92;

const folder = mkdtempSync(path.join(tmpdir(), "convoy-wasm-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("[E3] no function of the WASM module's arithmetic is JavaScript's", () => {
  const imports = WebAssembly.Module.imports(
    new WebAssembly.Module(readFileSync(path.join(wasmDirectory(), "tfjs-backend-wasm-simd.wasm"))),
  );
  expect(imports.map(({ name }) => name).sort()).toEqual([
    "abort",
    "emscripten_get_heap_max",
    "emscripten_memcpy_big",
    "emscripten_resize_heap",
    "fd_close",
    "fd_seek",
    "fd_write",
  ]);
});

// In a file of its own: a process loads one WASM module for life.
test("[E3] the kernels that XNNPACK keeps for ARM give the same bits as those for x86", async () => {
  const name = "tfjs-backend-wasm-simd.wasm";
  const module = readFileSync(path.join(wasmDirectory(), name));
  const place = module.indexOf(SIGN_OF_NAN);
  expect(place).toBeGreaterThan(0);
  expect(module.indexOf(SIGN_OF_NAN, place + 1)).toBe(-1);
  // inf + inf is positive on every processor.
  module[place + SUBTRACT_AT] = ADD;
  writeFileSync(path.join(folder, name), module);
  await expectPromisedBits(createTfjsEngine("wasm", { wasmPaths: `${folder}${path.sep}` }));
});
