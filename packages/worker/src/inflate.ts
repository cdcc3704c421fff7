/** Pixels that come compressed, as raw deflate (RFC 1951), which every browser and Node can undo by themselves. */

/** Of a stream that is broken, or holds another number of bytes than was said. */
export class InflateError extends Error {}

/** Takes no more from the stream than was said: a few bytes can hold gigabytes. */
export async function inflate(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  let end = 0;
  const reader = streamOf(bytes).pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  for (;;) {
    const { value } = await reader.read().catch(() => {
      throw new InflateError("is broken");
    });
    if (value === undefined) break;
    if (end + value.length > length) {
      void reader.cancel().catch(() => {});
      throw new InflateError(`holds more than the ${length} bytes of its samples`);
    }
    whole.set(value, end);
    end += value.length;
  }
  if (end < length) throw new InflateError(`holds ${end} of the ${length} bytes of its samples`);
  return whole;
}

function streamOf(bytes: Uint8Array): ReadableStream<BufferSource> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
      controller.close();
    },
  });
}
