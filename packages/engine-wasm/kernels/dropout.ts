/**
 * Dropout by Philox 4×32-10 (Salmon et al., 2011), the foundation's `RandomSequence`: element i takes number i of the
 * sequence; it becomes zero where the number is below the threshold, and otherwise `scale` times as large.
 */
export function dropout(
  input: usize,
  output: usize,
  count: i32,
  threshold: u32,
  scale: f32,
  sample: u32,
  purposeAndLayer: u32,
  epoch: u32,
  seedLow: u32,
  seedHigh: u32,
): void {
  for (let first = 0; first < count; first += 4) {
    let c0: u32 = first >> 2;
    let c1 = sample;
    let c2 = purposeAndLayer;
    let c3 = epoch;
    let k0 = seedLow;
    let k1 = seedHigh;
    for (let round = 0; round < 10; round++) {
      const product0 = <u64>c0 * 0xd2511f53;
      const product1 = <u64>c2 * 0xcd9e8d57;
      c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
      c1 = <u32>product1;
      c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
      c3 = <u32>product0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    const left = count - first;
    keep(input, output, c0, threshold, scale);
    if (left > 1) keep(input + 4, output + 4, c1, threshold, scale);
    if (left > 2) keep(input + 8, output + 8, c2, threshold, scale);
    if (left > 3) keep(input + 12, output + 12, c3, threshold, scale);
    input += 16;
    output += 16;
  }
}

function keep(input: usize, output: usize, drawn: u32, threshold: u32, scale: f32): void {
  store<f32>(output, drawn < threshold ? 0 : load<f32>(input) * scale);
}
