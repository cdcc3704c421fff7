/** The inner loop of `checksum` in src/checksum.ts, which says what it computes: 16 lanes of MurmurHash3 side by side. */

function rotate(words: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(words, bits), i32x4.shr_u(words, 32 - bits));
}

function mix(hash: v128, words: v128): v128 {
  const scrambled = i32x4.mul(rotate(i32x4.mul(words, i32x4.splat(0xcc9e2d51)), 15), i32x4.splat(0x1b873593));
  const turned = rotate(v128.xor(hash, scrambled), 13);
  // Times 5.
  return i32x4.add(i32x4.add(turned, i32x4.shl(turned, 2)), i32x4.splat(0xe6546b64));
}

/**
 * @param words `stripes` × 16 words
 * @param lanes 16 words, which are gone on from and written back
 */
export function checksum(words: usize, stripes: i32, lanes: usize): void {
  let a = v128.load(lanes);
  let b = v128.load(lanes, 16);
  let c = v128.load(lanes, 32);
  let d = v128.load(lanes, 48);
  for (let i = 0; i < stripes; i++) {
    a = mix(a, v128.load(words));
    b = mix(b, v128.load(words, 16));
    c = mix(c, v128.load(words, 32));
    d = mix(d, v128.load(words, 48));
    words += 64;
  }
  v128.store(lanes, a);
  v128.store(lanes, b, 16);
  v128.store(lanes, c, 32);
  v128.store(lanes, d, 48);
}
