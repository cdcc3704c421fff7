/**
 * Looks into a Node process that was started with `--inspect=127.0.0.1:0`, so that the program under test needs no
 * door of its own for it.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { type HeapCensus, takeCensus } from "./heap-census.ts";

export interface Memory {
  /** Bytes of living JavaScript objects. */
  readonly heapUsed: number;
  /** Of those, the machine code and bytecode of functions that were compiled so far: it grows as more of them get hot. */
  readonly code: number;
  /** Bytes outside the heap that objects of the heap own: buffers of all kinds. */
  readonly external: number;
  readonly rss: number;
  /** Processor time so far, in milliseconds. */
  readonly cpuMs: number;
}

const LOOK = `(() => {
  const { heapUsed, external, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const code = process.getBuiltinModule("v8").getHeapCodeStatistics();
  return {
    heapUsed,
    code: code.code_and_metadata_size + code.bytecode_and_metadata_size,
    external,
    rss,
    cpuMs: (user + system) / 1000,
  };
})()`;

export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: InspectorAnswer) => void>();
  #lastId = 0;
  #snapshot: string[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const answer = JSON.parse(String(data)) as InspectorAnswer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
      else if (answer.method === "HeapProfiler.addHeapSnapshotChunk") this.#snapshot.push(answer.params?.chunk ?? "");
    });
  }

  /** `output` is what the process has written: Node says there where it listens. */
  static async attach(output: string): Promise<Inspector> {
    const address = /Debugger listening on (ws:\/\/\S+)/.exec(output)?.[1];
    if (address === undefined) throw new Error(`The process does not listen for an inspector:\n${output}`);
    const socket = new WebSocket(address);
    await once(socket, "open");
    return new Inspector(socket);
  }

  /** Memory after everything that can be collected was. */
  async memoryAfterCollection(): Promise<Memory> {
    await this.#ask("HeapProfiler.collectGarbage", {});
    const { result } = await this.#ask("Runtime.evaluate", { expression: LOOK, returnByValue: true });
    return result.value as Memory;
  }

  /** What is on the heap after everything that can be collected was. */
  async censusAfterCollection(): Promise<HeapCensus> {
    await this.#ask("HeapProfiler.collectGarbage", {});
    this.#snapshot = [];
    await this.#ask("HeapProfiler.takeHeapSnapshot", {});
    const text = this.#snapshot.join("");
    this.#snapshot = [];
    return takeCensus(text);
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: string, params: object): Promise<{ result: { value: unknown } }> {
    const id = ++this.#lastId;
    const answered = new Promise<InspectorAnswer>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#socket.once("close", () => reject(new Error("The process under the inspector has ended.")));
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    this.#waiting.delete(id);
    this.#socket.removeAllListeners("close");
    if (result === undefined) throw new Error(`The inspector refused ${method}: ${error?.message}`);
    return result;
  }
}

interface InspectorAnswer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly chunk?: string };
  readonly result?: { result: { value: unknown } };
  readonly error?: { message: string };
}
