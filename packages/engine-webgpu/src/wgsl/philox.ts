import { type Purpose, purposes } from "@convoy/foundation";

/**
 * WGSL of the generator of `RandomSequence`: `draw(block, sample)` gives numbers 4 · block … 4 · block + 3 of the
 * sequence of one sample's layer. WGSL has no 64-bit product, so its upper half is put together from 16-bit halves.
 */
export function philox(purpose: Purpose, layer: number): string {
  return `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle1 = aHigh * bLow + ((aLow * bLow) >> 16u);
  let middle2 = aLow * bHigh + (middle1 & 0xffffu);
  return aHigh * bHigh + (middle1 >> 16u) + (middle2 >> 16u);
}

fn draw(block: u32, sample: u32) -> vec4<u32> {
  var c = vec4<u32>(block, sample, ${((layer << 8) | purposes[purpose]) >>> 0}u, batch.epoch);
  var k = vec2<u32>(batch.seedLow, batch.seedHigh);
  for (var round = 0; round < 10; round++) {
    let high0 = multiplyHigh(0xd2511f53u, c.x);
    let low0 = 0xd2511f53u * c.x;
    let high1 = multiplyHigh(0xcd9e8d57u, c.z);
    let low1 = 0xcd9e8d57u * c.z;
    c = vec4<u32>(high1 ^ c.y ^ k.x, low1, high0 ^ c.w ^ k.y, low0);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`;
}
