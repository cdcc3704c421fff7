/**
 * Of floats, those whose magnitude has at least the bits `least`.
 *
 * @param count of floats, a multiple of 16
 * @param words written: the bits of those magnitudes
 * @param places written: which of the floats they are, from 0
 * @returns how many there are
 */
export function gather(floats: usize, count: i32, least: i32, words: usize, places: usize): i32 {
  const magnitude = i32x4.splat(0x7fffffff);
  const below = i32x4.splat(least - 1);
  const first = words;
  for (let i = 0; i < count; i += 16) {
    const at = floats + 4 * i;
    const a = i32x4.gt_s(v128.and(v128.load(at), magnitude), below);
    const b = i32x4.gt_s(v128.and(v128.load(at, 16), magnitude), below);
    const c = i32x4.gt_s(v128.and(v128.load(at, 32), magnitude), below);
    const d = i32x4.gt_s(v128.and(v128.load(at, 48), magnitude), below);
    const found = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    for (let bits = i8x16.bitmask(found); bits !== 0; bits &= bits - 1) {
      const j = ctz(bits);
      store<i32>(words, load<i32>(at + 4 * j) & 0x7fffffff);
      store<i32>(places, i + j);
      words += 4;
      places += 4;
    }
  }
  return <i32>((words - first) >>> 2);
}
