/**
 * From a glyph to the path of a pen: every control point is moved a little, all of them together are bent, slanted,
 * stretched and turned. Only + − × ÷ and no sine, exponential or logarithm: a path is the same, bit for bit, on every
 * machine and in every engine.
 */
import type { RandomSequence } from "@convoy/foundation";
import type { Glyph, Stroke } from "./glyphs.ts";

/** A place of the pen's tip. The unit of x and y is the height of the undistorted digit. */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  /** How broad the pen draws here, relative to its mean. */
  readonly pressure: number;
}

/** A hand that is off course stays so for a while: this part of a point's displacement passes on to the next point. */
const DRIFT_KEPT = 0.5;
const POINT_JITTER = 0.042;
const PRESSURE_JITTER = 0.13;
const PIECES_OF_SPAN = 5;

/** One person's one attempt at a glyph: a polyline for each stroke. */
export function writeByHand(glyph: Glyph, sequence: RandomSequence): PenPoint[][] {
  const distort = drawDistortion(sequence);
  return glyph.strokes.map((stroke) => {
    let driftX = 0;
    let driftY = 0;
    const points = stroke.map(({ x, y }) => {
      driftX = DRIFT_KEPT * driftX + POINT_JITTER * bell(sequence);
      driftY = DRIFT_KEPT * driftY + POINT_JITTER * bell(sequence);
      const point = distort(x / 100 - 0.3, y / 100 - 0.5);
      return { x: point.x + driftX, y: point.y + driftY, pressure: 1 + PRESSURE_JITTER * bell(sequence) };
    });
    return curveThrough(points, stroke);
  });
}

/**
 * Close to standard normal, from one number: the sum of its four bytes, centred and scaled. It never exceeds ±3.46, so
 * that no digit is torn apart.
 */
export function bell(sequence: RandomSequence): number {
  const bits = sequence.uint32();
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}

function drawDistortion(sequence: RandomSequence): (x: number, y: number) => { x: number; y: number } {
  const slant = 0.15 + 0.3 * bell(sequence);
  const width = Math.max(0.75, 1.12 + 0.21 * bell(sequence));
  const bendX = 0.22 * bell(sequence);
  const bendY = 0.22 * bell(sequence);
  const taper = 0.28 * bell(sequence);
  // The tangent of half the angle gives sine and cosine without trigonometry.
  const halfTangent = 0.075 * bell(sequence);
  const norm = 1 + halfTangent * halfTangent;
  const cosine = (1 - halfTangent * halfTangent) / norm;
  const sine = (2 * halfTangent) / norm;
  return (x, y) => {
    const bentX = (x * (1 + taper * y) + bendX * (y * y - 0.1)) * width - slant * y;
    const bentY = y + bendY * x * y + bendY * (x * x - 0.04);
    return { x: cosine * bentX - sine * bentY, y: sine * bentX + cosine * bentY };
  };
}

/** The points of a uniform Catmull–Rom spline (Catmull and Rom, 1974), broken at corners. */
function curveThrough(points: readonly PenPoint[], stroke: Stroke): PenPoint[] {
  const curve = [points[0] as PenPoint];
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i] as PenPoint;
    const to = points[i + 1] as PenPoint;
    const before = stroke[i]?.corner ? from : (points[i - 1] ?? from);
    const after = stroke[i + 1]?.corner ? to : (points[i + 2] ?? to);
    for (let piece = 1; piece <= PIECES_OF_SPAN; piece++) {
      const t = piece / PIECES_OF_SPAN;
      curve.push({
        x: splineAt(t, before.x, from.x, to.x, after.x),
        y: splineAt(t, before.y, from.y, to.y, after.y),
        pressure: from.pressure + (to.pressure - from.pressure) * t,
      });
    }
  }
  return curve;
}

function splineAt(t: number, before: number, from: number, to: number, after: number): number {
  const linear = to - before;
  const square = 2 * before - 5 * from + 4 * to - after;
  const cube = 3 * (from - to) + after - before;
  return from + 0.5 * t * (linear + t * (square + t * cube));
}
