/**
 * MurmurHash3 x86_32 (Austin Appleby, public domain). A checksum against accidents, not against an adversary;
 * `crypto.subtle` does not exist on plain http, so nothing of a worker may need it.
 */
export function murmur3(bytes: Uint8Array, seed = 0): number {
  const wordCount = bytes.byteLength >>> 2;
  let hash = seed | 0;
  if (bytes.byteOffset % 4 === 0 && littleEndian) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, wordCount);
    for (let i = 0; i < wordCount; i++) hash = mixWord(hash, words[i] as number);
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < wordCount; i++) hash = mixWord(hash, view.getInt32(4 * i, true));
  }
  let tail = 0;
  for (let i = bytes.byteLength - 1; i >= 4 * wordCount; i--) tail = (tail << 8) | (bytes[i] as number);
  if (bytes.byteLength % 4 !== 0) hash ^= scramble(tail);
  return finish(hash ^ bytes.byteLength);
}

/** The hash of a text's UTF-16 units, two bytes each, as eight hexadecimal digits. */
export function murmur3Text(text: string, seed = 0): string {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return murmur3(new Uint8Array(units.buffer), seed).toString(16).padStart(8, "0");
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Takes one more word into MurmurHash3's state. */
export function mixWord(hash: number, word: number): number {
  const mixed = hash ^ scramble(word);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
