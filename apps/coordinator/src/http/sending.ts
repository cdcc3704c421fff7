import { NetworkCounts } from "@convoy/transport";

/**
 * Long answers on their way, each in pieces that are made when the reader has taken the one before. One network has at most
 * half of the places, so that whoever reads slowly, many times over, leaves some to others.
 */
export class Sending {
  readonly #most: number;
  readonly #ofNetworks: NetworkCounts;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
    this.#ofNetworks = new NetworkCounts(Math.ceil(most / 2));
  }

  /** `address`: where the answer would go. */
  hasRoom(address: string): boolean {
    return this.#count < this.#most && this.#ofNetworks.hasRoom(address);
  }

  /** An error among the pieces cuts the answer off. */
  stream(
    address: string,
    begin: () => Iterator<Uint8Array> | AsyncIterator<Uint8Array>,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    // It counts from the first piece that is asked for: of what is only asked about, no body is read.
    let pieces: ReturnType<typeof begin> | null = null;
    let hasEnded = false;
    let isMaking = false;
    let isWanted = true;
    const end = () => {
      if (pieces !== null && !hasEnded) {
        this.#count--;
        this.#ofNetworks.remove(address);
      }
      hasEnded = true;
    };
    return new ReadableStream(
      {
        pull: async (controller) => {
          if (pieces === null) {
            this.#count++;
            this.#ofNetworks.add(address);
            pieces = begin();
          }
          try {
            isMaking = true;
            const { done, value } = await pieces.next();
            isMaking = false;
            if (!isWanted) return end();
            if (done !== true) return controller.enqueue(value as Uint8Array<ArrayBuffer>);
          } catch (error) {
            end();
            throw error;
          }
          end();
          controller.close();
        },
        // A piece that is being made, or waits for its turn, holds the place until it is there: else those who ask and hang up
        // again would have as many of them under way as they like.
        cancel: () => {
          isWanted = false;
          if (!isMaking) end();
        },
      },
      { highWaterMark: 0 },
    );
  }
}
