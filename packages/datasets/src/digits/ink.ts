/**
 * From the path of a pen to grey pixels, the way MNIST's were made: the digit fills a box of 20×20 pixels with its
 * proportions kept, has soft edges, and is moved by whole pixels so that its centre of mass is the image's centre.
 */
import type { RandomSequence } from "@convoy/foundation";
import type { PenPoint } from "./handwriting.ts";

export const IMAGE_SIZE = 28;
const BOX_SIZE = 20;
const MARGIN = (IMAGE_SIZE - BOX_SIZE) / 2;
/** How fast ink fades at an edge, in parts of full ink per pixel. */
const EDGE_SLOPE = 0.85;
const NOISE = 26;

/** Ink on an image, 0 to 1 for each pixel; reused from digit to digit. */
export type InkCanvas = Float64Array;

export function createInkCanvas(): InkCanvas {
  return new Float64Array(IMAGE_SIZE * IMAGE_SIZE);
}

/** Draws the strokes with a pen of `radius` pixels on the emptied canvas, in the box in the middle. */
export function drawInBox(canvas: InkCanvas, strokes: readonly (readonly PenPoint[])[], radius: number): void {
  canvas.fill(0);
  const { left, top, width, height } = boundsOf(strokes);
  const scale = (BOX_SIZE - 2 * radius) / Math.max(width, height);
  const offsetX = IMAGE_SIZE / 2 - scale * (left + width / 2);
  const offsetY = IMAGE_SIZE / 2 - scale * (top + height / 2);
  const place = (point: PenPoint): PenPoint => ({
    x: offsetX + scale * point.x,
    y: offsetY + scale * point.y,
    pressure: radius * point.pressure,
  });
  for (const stroke of strokes) {
    let from = place(stroke[0] as PenPoint);
    for (let i = 1; i < stroke.length; i++) {
      const to = place(stroke[i] as PenPoint);
      drawPiece(canvas, from, to);
      from = to;
    }
  }
}

/** Writes the canvas as bytes, moved so that the centre of mass is in the middle, with a little noise in the ink. */
export function writeCentred(canvas: InkCanvas, pixels: Uint8Array, start: number, sequence: RandomSequence): void {
  const [shiftX, shiftY] = shiftToCentre(canvas);
  let noise = 0;
  let noiseLeft = 0;
  for (let y = MARGIN - 1; y <= IMAGE_SIZE - MARGIN; y++) {
    for (let x = MARGIN - 1; x <= IMAGE_SIZE - MARGIN; x++) {
      const ink = canvas[y * IMAGE_SIZE + x] as number;
      if (ink === 0) continue;
      if (noiseLeft === 0) {
        noise = sequence.uint32();
        noiseLeft = 4;
      }
      const grey = 255 * ink + NOISE * ((noise & 255) / 255 - 0.5);
      noise >>>= 8;
      noiseLeft--;
      const targetX = x + shiftX;
      const targetY = y + shiftY;
      if (targetX < 0 || targetX >= IMAGE_SIZE || targetY < 0 || targetY >= IMAGE_SIZE) continue;
      pixels[start + targetY * IMAGE_SIZE + targetX] = Math.max(0, Math.min(255, Math.round(grey)));
    }
  }
}

function boundsOf(strokes: readonly (readonly PenPoint[])[]) {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (const stroke of strokes) {
    for (const { x, y } of stroke) {
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** Inks every pixel near the line between two points, whose pressure is the pen's radius in pixels. */
function drawPiece(canvas: InkCanvas, from: PenPoint, to: PenPoint): void {
  const alongX = to.x - from.x;
  const alongY = to.y - from.y;
  const squaredLength = alongX * alongX + alongY * alongY;
  const reach = Math.max(from.pressure, to.pressure) + 0.5 / EDGE_SLOPE;
  const firstX = firstPixel(Math.min(from.x, to.x) - reach);
  const lastX = lastPixel(Math.max(from.x, to.x) + reach);
  const firstY = firstPixel(Math.min(from.y, to.y) - reach);
  const lastY = lastPixel(Math.max(from.y, to.y) + reach);
  for (let y = firstY; y <= lastY; y++) {
    const fromY = y + 0.5 - from.y;
    for (let x = firstX; x <= lastX; x++) {
      const fromX = x + 0.5 - from.x;
      const along = squaredLength > 0 ? (fromX * alongX + fromY * alongY) / squaredLength : 0;
      const t = Math.max(0, Math.min(1, along));
      const awayX = fromX - t * alongX;
      const awayY = fromY - t * alongY;
      const squaredDistance = awayX * awayX + awayY * awayY;
      if (squaredDistance >= reach * reach) continue;
      const radius = from.pressure + t * (to.pressure - from.pressure);
      const ink = Math.min(1, 0.5 + EDGE_SLOPE * (radius - Math.sqrt(squaredDistance)));
      const pixel = y * IMAGE_SIZE + x;
      if (ink > (canvas[pixel] as number)) canvas[pixel] = ink;
    }
  }
}

/** The first pixel whose centre is at or after `position`; ink stays within one pixel around the box. */
function firstPixel(position: number): number {
  return Math.max(MARGIN - 1, Math.ceil(position - 0.5));
}

function lastPixel(position: number): number {
  return Math.min(IMAGE_SIZE - MARGIN, Math.floor(position - 0.5));
}

/** By how many pixels to move right and down; never so far that more than the soft edge leaves the image. */
function shiftToCentre(canvas: InkCanvas): [number, number] {
  let mass = 0;
  let momentX = 0;
  let momentY = 0;
  for (let y = MARGIN - 1; y <= IMAGE_SIZE - MARGIN; y++) {
    for (let x = MARGIN - 1; x <= IMAGE_SIZE - MARGIN; x++) {
      const ink = canvas[y * IMAGE_SIZE + x] as number;
      mass += ink;
      momentX += ink * (x + 0.5);
      momentY += ink * (y + 0.5);
    }
  }
  return [wholeShift(momentX / mass), wholeShift(momentY / mass)];
}

function wholeShift(centre: number): number {
  return Math.max(-MARGIN, Math.min(MARGIN, Math.round(IMAGE_SIZE / 2 - centre)));
}
