/**
 * Whether all floats were finite of which 0·x was summed: 0·x is 0 for every finite x and NaN for any other, and a NaN
 * survives all later additions.
 */
export function allFinite(vanishing: v128): bool {
  return !v128.any_true(f32x4.ne(vanishing, vanishing));
}
