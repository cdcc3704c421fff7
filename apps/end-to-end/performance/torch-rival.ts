/** PyTorch in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { type WorkloadName, workloads } from "./workload.ts";

const PROGRAM = "apps/end-to-end/performance/torch_steps.py";

export class TorchRival {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly version: string;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, version: string) {
    this.#child = child;
    this.#lines = lines;
    this.version = version;
  }

  /** Null where Python or PyTorch is not installed. CONVOY_PYTHON names another Python. */
  static async open(root: string): Promise<TorchRival | null> {
    for (const python of [process.env.CONVOY_PYTHON, "/usr/bin/python3", "python3"]) {
      if (python === undefined) continue;
      const child = spawn(python, [path.join(root, PROGRAM)], { stdio: ["pipe", "pipe", "ignore"] });
      child.on("error", () => {});
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await lines.next();
      if (first.done !== true) return new TorchRival(child, lines, JSON.parse(first.value).version);
    }
    return null;
  }

  async measure(workload: WorkloadName, threads: number): Promise<number> {
    const { model, samples, steps } = workloads[workload];
    this.#child.stdin?.write(`${JSON.stringify({ model, samples, threads, steps })}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value as string).ms;
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
