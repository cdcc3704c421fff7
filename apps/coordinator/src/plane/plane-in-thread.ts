import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { KeptVectors, PlaneStart, RunSettings } from "@convoy/coordination";
import { assert } from "@convoy/foundation";
import type { Group } from "@convoy/gradients";
import { type CodecName, FRAME_HEADER_BYTES, type SealedChange } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";
import { type FromPlaneThread, memoryOf, type Published, type ToPlaneThread } from "./plane-messages.ts";
import type { RunPlane } from "./run-plane.ts";

/**
 * On a thread of its own: to add hundreds of megabytes and to step takes tenths of a second each, in which sockets go on here. The
 * thread's data plane is the same; of what it publishes, and of what is to be kept, it hands copies over.
 */
export class PlaneInThread implements RunPlane {
  readonly #worker: Worker;
  #published: Published;
  #onRead: Parameters<RunPlane["read"]>[1] | null = null;
  #onUpdate: ((isPublished: boolean) => void) | null = null;
  readonly #onKept: ((kept: KeptVectors) => void)[] = [];
  #isClosed = false;

  /** `program`: the built `plane-thread.ts`. Writes to none of the vectors. */
  static async open(settings: RunSettings, start: PlaneStart, program: string): Promise<PlaneInThread> {
    const worker = new Worker(program);
    worker.postMessage({ type: "begin", settings, start } satisfies ToPlaneThread);
    const [first] = (await once(worker, "message")) as [FromPlaneThread];
    assert(first.type === "published" && first.published !== null, "the thread says first what it holds");
    return new PlaneInThread(worker, first.published);
  }

  private constructor(worker: Worker, published: Published) {
    this.#worker = worker;
    this.#published = published;
    worker.on("message", (message: FromPlaneThread) => this.#hear(message));
    // As an error here would: without its vectors a run cannot go on.
    worker.on("error", (error) => {
      throw error;
    });
    worker.on("exit", () => assert(this.#isClosed, "the thread of the vectors ends when it is closed"));
  }

  get version(): number {
    return this.#published.version;
  }

  get parameters(): Float32Array {
    const { frame } = this.#published;
    return new Float32Array(frame.buffer, FRAME_HEADER_BYTES);
  }

  get frame(): Uint8Array {
    return this.#published.frame;
  }

  get change(): SealedChange | null {
    return this.#published.change;
  }

  read(bytes: Uint8Array, then: Parameters<RunPlane["read"]>[1]): void {
    assert(this.#onRead === null, "one contribution is read at a time");
    this.#onRead = then;
    const owned = ownBytes(bytes);
    this.#say({ type: "read", bytes: owned }, [owned.buffer]);
  }

  accumulate(group: Group, shardCount: number, vector: Float32Array | EncodedVector, weight = 1): void {
    this.#say({ type: "accumulate", group, shardCount, vector, weight }, [memoryOf(vector)]);
  }

  update(version: number, sampleCount: number, codec: CodecName, then: (isPublished: boolean) => void): void {
    assert(this.#onUpdate === null, "one update is made at a time");
    this.#onUpdate = then;
    this.#say({ type: "update", version, sampleCount, codec });
  }

  keep(): Promise<KeptVectors> {
    return new Promise((resolve) => {
      this.#onKept.push(resolve);
      this.#say({ type: "keep" });
    });
  }

  /** They were copies. */
  giveBack(): void {}

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker.terminate();
  }

  #say(message: ToPlaneThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #hear(message: FromPlaneThread): void {
    if (message.type === "read") {
      const then = this.#onRead;
      this.#onRead = null;
      then?.(message.read);
    } else if (message.type === "published") {
      const then = this.#onUpdate;
      this.#onUpdate = null;
      this.#published = message.published ?? this.#published;
      then?.(message.published !== null);
    } else this.#onKept.shift()?.(message.kept);
  }
}

/** Bytes whose memory can be handed over: long messages have one of their own, short ones may share it. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isWhole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
