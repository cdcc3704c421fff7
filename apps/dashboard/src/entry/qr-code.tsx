import { encode } from "uqr";
import classes from "./qr-code.module.css";

/** The light margin that scanners need, in modules. */
const MARGIN = 4;

/** A QR code, dark on white in every color scheme: not all cameras read it the other way round. */
export function QrCode({ content, label }: { content: string; label: string }) {
  const { data, size } = encode(content, { border: MARGIN });
  return (
    <svg
      className={classes.code}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={pathOf(data)} fill="#000" />
    </svg>
  );
}

/** Every run of dark modules in a row as one rectangle. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      const start = x;
      while (row[x]) x++;
      if (x > start) path += `M${start} ${y}h${x - start}v1h${start - x}z`;
    }
  }
  return path;
}
