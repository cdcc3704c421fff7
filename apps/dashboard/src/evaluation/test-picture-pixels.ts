/** Red, green, blue and opacity of each pixel, from height × width × channels bytes; one channel is grey. */
export function opaquePixels(bytes: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const count = bytes.length / channels;
  const pixels = new Uint8ClampedArray(4 * count);
  for (let pixel = 0; pixel < count; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * pixel + channel] = bytes[pixel * channels + (channels < 3 ? 0 : channel)] as number;
    }
    pixels[4 * pixel + 3] = 255;
  }
  return pixels;
}
