import type uPlot from "uplot";
import type { ChartColors } from "./chart-colors.ts";

const font = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Room at the right for half of the last mark. */
export const chartPadding: uPlot.Padding = [10, 26, 0, 0];

/** Height of the axis at the bottom. */
export const BOTTOM_AXIS = 30;

/** How both axes of every chart look. */
export function axisOptions(colors: ChartColors): uPlot.Axis {
  return {
    stroke: colors.text,
    font,
    gap: 6,
    grid: { stroke: colors.grid, width: 1 },
    ticks: { show: false },
    border: { show: false },
  };
}

/** What every chart does with the pointer: it shows values, and never zooms or selects. */
export const cursorOptions: uPlot.Cursor = { drag: { x: false, y: false }, y: false, points: { size: 8 } };
