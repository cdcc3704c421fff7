import { engineConformance } from "@convoy/engine/conformance";
import { createWasmEngine } from "./index.ts";

engineConformance("wasm", createWasmEngine());
