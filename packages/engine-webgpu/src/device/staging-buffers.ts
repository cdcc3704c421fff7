/** Buffers through which values leave the GPU. One is in use from a copy until its values were read. */
export class StagingBuffers {
  readonly #device: GPUDevice;
  /** The smallest first. */
  readonly #free: GPUBuffer[] = [];
  #destroyed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A buffer of at least so many bytes. A free one that is too small makes room for it. */
  acquire(size: number): GPUBuffer {
    // The smallest that fits: what is large is for the parameters.
    const fitting = this.#free.findIndex((buffer) => buffer.size >= size);
    if (fitting >= 0) return this.#free.splice(fitting, 1)[0] as GPUBuffer;
    this.#free.pop()?.destroy();
    return this.#device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  }

  release(buffer: GPUBuffer): void {
    if (this.#destroyed) buffer.destroy();
    else this.#free.push(buffer);
    this.#free.sort((a, b) => a.size - b.size);
  }

  /** Those in use go when they are released. */
  destroy(): void {
    this.#destroyed = true;
    for (const buffer of this.#free.splice(0)) buffer.destroy();
  }
}
