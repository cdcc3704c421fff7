/** Long answers on their way, each in pieces that are made when the reader has taken the one before. */
export class Sending {
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  /** An error among the pieces cuts the answer off. */
  stream(begin: () => Iterator<Uint8Array> | AsyncIterator<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
    // It counts from the first piece that is asked for: of what is only asked about, no body is read.
    let pieces: ReturnType<typeof begin> | null = null;
    let hasEnded = false;
    const end = () => {
      if (pieces !== null && !hasEnded) this.#count--;
      hasEnded = true;
    };
    return new ReadableStream(
      {
        pull: async (controller) => {
          if (pieces === null) {
            this.#count++;
            pieces = begin();
          }
          try {
            const { done, value } = await pieces.next();
            // The reader may have gone meanwhile.
            if (hasEnded) return;
            if (done !== true) return controller.enqueue(value as Uint8Array<ArrayBuffer>);
          } catch (error) {
            end();
            throw error;
          }
          end();
          controller.close();
        },
        cancel: end,
      },
      { highWaterMark: 0 },
    );
  }
}
