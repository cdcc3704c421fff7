/** The types of number that are read, and how: little-endian bytes to single precision. */

interface NumberType {
  readonly bytes: number;
  /** The number at this place. */
  read(view: DataView, place: number): number;
}

const types: Readonly<Record<string, NumberType>> = {
  F32: { bytes: 4, read: (view, place) => view.getFloat32(place, true) },
  F64: { bytes: 8, read: (view, place) => view.getFloat64(place, true) },
  F16: { bytes: 2, read: (view, place) => halfPrecision(view.getUint16(place, true)) },
  BF16: { bytes: 2, read: (view, place) => brainFloat(view.getUint16(place, true)) },
};

/** "F32, F64, F16 and BF16". */
export const readableTypes = Object.keys(types)
  .join(", ")
  .replace(/, (?=\w+$)/, " and ");

/** Undefined for a type that is not read. */
export function numberType(dtype: string): NumberType | undefined {
  return Object.hasOwn(types, dtype) ? types[dtype] : undefined;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const bits32 = new DataView(new ArrayBuffer(4));

/** The upper half of a number in single precision. */
function brainFloat(bits: number): number {
  bits32.setUint32(0, bits << 16);
  return bits32.getFloat32(0);
}
