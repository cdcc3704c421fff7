import type { Engine } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { createWasmEngine } from "../wasm-engine.ts";
import type { ThreadPort, ToThread } from "./thread-messages.ts";

/** Makes this thread one of those of a `createThreadedEngine` elsewhere. */
export function serveThread(port: ThreadPort): void {
  let engine: Engine | null = null;
  let last: Promise<void> = Promise.resolve();
  port.listen((message) => {
    last = last
      .then(() => answer(message))
      .catch((error: unknown) => {
        port.post({ type: "failed", sentence: error instanceof Error ? error.message : String(error) }, []);
      });
  });

  async function answer(message: ToThread): Promise<void> {
    if (message.type === "make") {
      engine = await createWasmEngine({ build: message.build })(message.task);
      port.post({ type: "made" }, []);
      return;
    }
    assert(engine !== null, "a thread's engine is made first");
    if (message.type === "parameters") {
      engine.setParameters(message.parameters);
      return;
    }
    const { batch, gradient } = message;
    if (gradient === null) {
      port.post({ type: "evaluated", evaluation: await engine.evaluate(batch) }, []);
      return;
    }
    const outcome = await engine.computeGradient(batch, gradient);
    port.post({ type: "computed", outcome, gradient }, [gradient.buffer as ArrayBuffer]);
  }
}
