import { EngineError } from "@convoy/engine";
import { lenet5 } from "@convoy/models";
import { expect, it, vi } from "vitest";
import { createTfjsEngine } from "../create-tfjs-engine.ts";

// In a file of its own: the loader keeps its first answer for the life of the process.
it("is missed with a sentence that says where it was looked for", async () => {
  const complaints = ["error", "warn"].map((method) => vi.spyOn(console, method as "error").mockReturnValue());
  const task = { model: lenet5, preprocessing: { mean: [0.5], deviation: [0.5] } };
  const attempt = createTfjsEngine("wasm", { wasmPaths: "/no/such/folder/" })(task);
  await expect(attempt).rejects.toThrow(EngineError);
  await expect(attempt).rejects.toThrow(/could not be loaded from \/no\/such\/folder\//);
  for (const complaint of complaints) complaint.mockRestore();
});
