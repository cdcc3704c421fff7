import { type Batch, type EngineTask, needsDraws, placementOf } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { type StepBuffers, UNIFORM_ALIGNMENT } from "./step-buffers.ts";

const HEADER_WORDS = UNIFORM_ALIGNMENT / 4;
const WORDS_OF_SAMPLE = 4;
/** Behind what describes the batch, where WGSL lays out a vector. */
const NUMBERS_WORD = 8;

/** Writes a batch where the kernels look for it. What is written is put together in the same array, step after step. */
export class BatchUpload {
  readonly #task: EngineTask;
  readonly #needsDraws: boolean;
  #header = new Uint32Array(0);
  #pixels = new Uint8Array(0);

  constructor(task: EngineTask) {
    this.#task = task;
    this.#needsDraws = needsDraws(task);
  }

  /** `numbers`: what an optimizer's formula has to know, at most eight. */
  write(
    { queue }: GPUDevice,
    { header, pixels }: StepBuffers,
    batch: Batch,
    training: boolean,
    numbers: readonly number[] = [],
  ): void {
    if (this.#header.byteLength !== header.size) this.#header = new Uint32Array(header.size / 4);
    this.#describe(batch, training);
    new Float32Array(this.#header.buffer).set(numbers, NUMBERS_WORD);
    queue.writeBuffer(header, 0, this.#header, 0, HEADER_WORDS + WORDS_OF_SAMPLE * batch.count);
    const whole = wholeWords(batch.pixels);
    queue.writeBuffer(pixels, 0, whole ?? this.#padded(batch.pixels, pixels.size));
  }

  /** As `Batch` and `samples` are declared in the kernels. */
  #describe(batch: Batch, training: boolean): void {
    const { draws, count, labels } = batch;
    const seed = draws?.seed ?? 0;
    const words = this.#header;
    words[0] = count;
    words[1] = training ? 1 : 0;
    words[2] = seed >>> 0;
    words[3] = Math.floor(seed / 2 ** 32) >>> 0;
    words[4] = draws?.epoch ?? 0;
    const isDrawn = training && this.#needsDraws;
    let placement = placementOf(this.#task, null, 0);
    for (let i = 0; i < count; i++) {
      if (isDrawn) placement = placementOf(this.#task, batch, i);
      const { top, left, flipped } = placement;
      assert(top < 2 ** 16 && left < 2 ** 16, "a picture has at most 65,536 rows and columns");
      const at = HEADER_WORDS + WORDS_OF_SAMPLE * i;
      words[at] = labels[i] as number;
      words[at + 1] = draws?.samples[i] ?? 0;
      words[at + 2] = (top << 16) | left;
      words[at + 3] = flipped ? 1 : 0;
    }
  }

  #padded(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
    if (this.#pixels.length !== size) this.#pixels = new Uint8Array(size);
    this.#pixels.set(bytes);
    return this.#pixels.subarray(0, 4 * Math.ceil(bytes.length / 4));
  }
}

/** WebGPU takes whole words only; and nothing that another thread may be writing to. */
function wholeWords(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  return bytes.length % 4 === 0 && bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : null;
}
