/**
 * How people write the ten digits. A stroke is a list of points "x,y", in hundredths of the digit's height, x to the
 * right, y down; the usual width is 60. It runs smoothly through its points; a point marked "!" is a corner.
 */
export interface ControlPoint {
  readonly x: number;
  readonly y: number;
  readonly corner: boolean;
}

export type Stroke = readonly ControlPoint[];

/** One way to write a digit. */
export interface Glyph {
  /** How often, relative to the digit's other ways. */
  readonly share: number;
  readonly strokes: readonly Stroke[];
}

/** The ways to write each digit, by its class index. */
export const glyphsOfDigit: readonly (readonly Glyph[])[] = [
  // Zero
  [
    glyph(6, "30,2 6,26 5,74 30,98 54,74 55,26 31,2 8,22"),
    glyph(3, "46,12 22,4 3,40 12,86 38,97 57,62 50,18 30,3 16,8"),
    glyph(1, "44,16 26,4 5,32 8,76 32,98 55,72 54,26 34,4 22,12 38,22"),
  ],
  // One
  [
    glyph(6, "30,0 29,50 30,100"),
    glyph(3, "10,24 22,14 32,0! 32,50 31,100"),
    glyph(1, "12,22 32,0! 32,50 32,98", "10,99 32,98 54,99"),
  ],
  // Two
  [
    glyph(4, "6,22 16,5 36,2 50,18 44,44 25,70 4,96! 30,95 60,94"),
    glyph(3, "6,18 20,3 42,5 50,24 40,54 22,82 8,93 2,84 12,76 28,82 42,93 64,92"),
    glyph(2, "4,10 26,4 54,6! 30,50 4,92! 32,92 62,94"),
  ],
  // Three
  [
    glyph(6, "6,12 26,1 48,12 44,34 22,46! 46,54 55,76 36,98 6,90"),
    glyph(2, "8,10 28,1 46,14 40,34 24,44 30,48 48,58 52,80 32,98 4,92"),
    glyph(1, "6,4 28,3 52,2! 26,40! 46,50 55,74 34,98 6,90"),
  ],
  // Four
  [
    glyph(4, "12,4 8,30 6,54! 30,53 58,50", "48,8 46,52 42,100"),
    glyph(2, "10,6 5,34 14,54 34,52 50,42", "54,2 50,50 44,100"),
    glyph(2, "42,0 22,34 2,66! 30,66 62,64", "42,0 42,50 42,100"),
    glyph(1, "18,2 8,48! 32,46 60,40", "46,18 40,56 34,100"),
  ],
  // Five
  [
    glyph(5, "56,2 34,3 14,4! 11,24 8,46! 30,38 53,54 48,86 24,98 2,90"),
    glyph(3, "16,6 12,26 8,44 26,42 48,54 50,80 30,97 4,92", "16,5 36,4 60,2"),
    glyph(2, "58,4 28,5 14,22 22,40 46,54 48,82 24,98 2,90"),
  ],
  // Six
  [
    glyph(4, "46,2 22,22 6,56 8,88 30,98 50,82 44,60 24,58 8,78"),
    glyph(3, "34,0 16,36 5,74 20,97 44,90 50,70 34,58 16,66 7,82"),
    glyph(2, "28,0 10,36 4,74 20,96 46,92 60,74 48,62 28,72 18,92"),
  ],
  // Seven
  [
    glyph(5, "4,8 28,6 56,4! 42,40 26,100"),
    glyph(2, "4,6 28,5 54,4! 38,44 24,100", "14,52 34,50 56,48"),
    glyph(2, "4,22 5,5! 30,6 56,5! 40,36 30,68 28,100"),
    glyph(1, "4,10 34,3 53,14 50,46 32,98"),
  ],
  // Eight
  [
    glyph(5, "50,12 30,2 11,12 14,34 40,56 53,80 32,98 9,84 18,60 42,38 51,16"),
    glyph(2, "30,47 10,36 11,12 30,2 49,12 48,36 28,47", "28,48 7,62 8,86 30,98 53,86 52,60 32,48"),
    glyph(2, "58,10 36,1 13,12 22,38 46,60 48,88 26,98 8,84 22,60 46,34 62,6"),
  ],
  // Nine
  [
    glyph(5, "48,16 28,2 7,18 9,42 30,48 47,34 52,12! 49,56 42,100"),
    glyph(3, "46,12 26,3 7,20 13,45 35,45 49,26 51,12 53,48 40,86 12,96"),
    glyph(2, "44,6 20,10 6,32 22,50 46,38 55,4 48,56 38,100"),
  ],
];

function glyph(share: number, ...strokes: string[]): Glyph {
  return { share, strokes: strokes.map((stroke) => stroke.split(" ").map(controlPoint)) };
}

function controlPoint(text: string): ControlPoint {
  const corner = text.endsWith("!");
  const [x, y] = (corner ? text.slice(0, -1) : text).split(",").map(Number) as [number, number];
  return { x, y, corner };
}
