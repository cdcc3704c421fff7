import { lenet5 } from "@convoy/models";
import { describe, expect, it } from "vitest";
import { createTfjsEngine } from "../create-tfjs-engine.ts";
import { wasmDirectory } from "../wasm-directory.ts";

const task = { model: lenet5, preprocessing: { mean: [0.5], deviation: [0.5] } };

describe("the WASM module", () => {
  it("leaves no listeners on the process", async () => {
    const count = () => process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");
    const before = count();
    const engine = await createTfjsEngine("wasm", { wasmPaths: wasmDirectory() })(task);
    expect(engine.identity).toMatchObject({ name: "tfjs-wasm", device: "CPU, WASM SIMD" });
    engine.dispose();
    expect(count()).toBe(before);
  });
});
