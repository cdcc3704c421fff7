import { type Batch, type BatchOutcome, EngineError, type EngineTask, type Evaluation } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import type { KernelBuild } from "../kernels.ts";
import type { EngineThread, FromThread } from "./thread-messages.ts";

/** The engine on one other thread. One question at a time; its gradient buffer travels to and fro. */
export class RemotePart {
  readonly #thread: EngineThread;
  #waiting: { resolve(message: FromThread): void; reject(error: EngineError): void } | null = null;
  #failure: EngineError | null = null;
  #gradient: Float32Array;

  private constructor(thread: EngineThread, parameterCount: number) {
    this.#thread = thread;
    this.#gradient = new Float32Array(parameterCount);
    thread.listen(
      (message) => {
        const waiting = this.#waiting;
        this.#waiting = null;
        if (message.type !== "failed") waiting?.resolve(message);
        else this.#fail(message.sentence, waiting);
      },
      (sentence) => this.#fail(sentence, this.#waiting),
    );
  }

  /** Rejects with an EngineError where the thread cannot be had. */
  static async open(
    thread: EngineThread,
    task: EngineTask,
    build: KernelBuild,
    parameterCount: number,
  ): Promise<RemotePart> {
    const part = new RemotePart(thread, parameterCount);
    try {
      await part.#ask({ type: "make", task, build }, []);
    } catch (error) {
      thread.close();
      throw error;
    }
    return part;
  }

  setParameters(parameters: Float32Array): void {
    this.#thread.post({ type: "parameters", parameters }, []);
  }

  /** The gradient is valid until the next call. */
  async computeGradient(batch: Batch): Promise<BatchOutcome & { readonly gradient: Float32Array }> {
    const gradient = this.#gradient;
    const answer = await this.#ask({ type: "compute", batch, gradient }, [gradient.buffer as ArrayBuffer]);
    assert(answer.type === "computed", "a gradient comes back");
    this.#gradient = answer.gradient;
    return { ...answer.outcome, gradient: this.#gradient };
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    const answer = await this.#ask({ type: "compute", batch, gradient: null }, []);
    assert(answer.type === "evaluated", "an evaluation comes back");
    return answer.evaluation;
  }

  close(): void {
    this.#thread.close();
  }

  #ask(message: Parameters<EngineThread["post"]>[0], transfer: ArrayBuffer[]): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { resolve, reject };
      this.#thread.post(message, transfer);
    });
  }

  #fail(sentence: string, waiting: { reject(error: EngineError): void } | null): void {
    this.#failure ??= new EngineError(`A thread of the engine wasm failed: ${sentence}`);
    waiting?.reject(this.#failure);
  }
}
