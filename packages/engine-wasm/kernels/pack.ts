/** Rearranging what tiles read, so that they read it in order. */

/**
 * rows × columns floats (rows `step` bytes apart) to panels of 8 columns: [panel][row][8]. What is missing of the last
 * panel is zero.
 */
export function packPanels(from: usize, step: usize, rows: i32, columns: i32, to: usize): void {
  for (let column = 0; column < columns; column += 8) {
    packPanel(from + ((<usize>column) << 2), step, rows, min(8, columns - column), to);
    to += (<usize>rows) << 5;
  }
}

/** One panel of up to 8 columns. */
export function packPanel(from: usize, step: usize, rows: i32, columns: i32, to: usize): void {
  if (columns === 8) {
    for (let row = 0; row < rows; row++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += step;
      to += 32;
    }
    return;
  }
  for (let row = 0; row < rows; row++) {
    v128.store(to, f32x4.splat(0));
    v128.store(to, f32x4.splat(0), 16);
    for (let column: usize = 0; column < <usize>columns; column++) {
      store<f32>(to + column * 4, load<f32>(from + column * 4));
    }
    from += step;
    to += 32;
  }
}

/**
 * One panel of the transposed: up to 8 rows of `length` floats (rows `step` bytes apart) to [length][8].
 */
export function packPanelTransposed(from: usize, step: usize, rows: i32, length: i32, to: usize): void {
  let done = 0;
  if (rows === 8) {
    for (; done + 4 <= length; done += 4) {
      transpose4(from, step, to);
      transpose4(from + 4 * step, step, to + 16);
      from += 16;
      to += 128;
    }
  }
  for (; done < length; done++) {
    for (let row: usize = 0; row < 8; row++) {
      store<f32>(to + row * 4, row < <usize>rows ? load<f32>(from + row * step) : 0);
    }
    from += 4;
    to += 32;
  }
}

/** 4 × 4 floats; the transposed rows are 32 bytes apart. */
function transpose4(from: usize, step: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const d = v128.load(from + 3 * step);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(ab1, cd1, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(ab1, cd1, 1, 3), 96);
}

/** rows × columns floats to groups of 4 columns: [group][row][4]. What is missing of the last group is zero. */
export function packGroups(from: usize, step: usize, rows: i32, columns: i32, to: usize): void {
  for (let column = 0; column < columns; column += 4) {
    let p = from + ((<usize>column) << 2);
    const count = <usize>min(4, columns - column);
    for (let row = 0; row < rows; row++) {
      if (count === 4) v128.store(to, v128.load(p));
      else {
        v128.store(to, f32x4.splat(0));
        for (let i: usize = 0; i < count; i++) store<f32>(to + i * 4, load<f32>(p + i * 4));
      }
      p += step;
      to += 16;
    }
  }
}
