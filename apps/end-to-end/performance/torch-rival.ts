/** PyTorch in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Workload } from "./workload.ts";

const PROGRAM = "apps/end-to-end/performance/torch_steps.py";

export class TorchRival {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly version: string;
  /** What PyTorch calls the GPU that it can use; null where there is none. */
  readonly gpu: string | null;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, first: string) {
    this.#child = child;
    this.#lines = lines;
    ({ version: this.version, gpu: this.gpu } = JSON.parse(first));
  }

  /** Null where Python or PyTorch is not installed. CONVOY_PYTHON names another Python. */
  static async open(root: string): Promise<TorchRival | null> {
    for (const python of [process.env.CONVOY_PYTHON, "/usr/bin/python3", "python3"]) {
      if (python === undefined) continue;
      const child = spawn(python, [path.join(root, PROGRAM)], { stdio: ["pipe", "pipe", "ignore"] });
      child.on("error", () => {});
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await lines.next();
      if (first.done !== true) return new TorchRival(child, lines, first.value);
    }
    return null;
  }

  /** Milliseconds of a step on so many threads of the processor, or on the GPU. */
  async measure({ model, samples, steps }: Workload, where: number | "gpu"): Promise<number> {
    const place = where === "gpu" ? { device: "cuda", threads: 1 } : { device: "cpu", threads: where };
    this.#child.stdin?.write(`${JSON.stringify({ model, samples, steps, ...place })}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value as string).ms;
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
