import type uPlot from "uplot";
import { formatCount } from "../text/format.ts";
import { logarithmicMarks, lossAxisRange, stepAxisEnd } from "./axis.ts";
import { axisOptions, BOTTOM_AXIS, chartPadding, cursorOptions } from "./axis-options.ts";
import type { ChartColors } from "./chart-colors.ts";
import type { ChartOptions } from "./uplot-canvas.tsx";

interface LossChartSettings {
  readonly colors: ChartColors;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly logarithmic: boolean;
  /** Index of the point under the pointer, null when it left. */
  readonly onPoint: (index: number | null) => void;
}

/** Series: step, highest, lowest and smoothed loss. */
export function lossChartOptions({ colors, steps, logarithmic, onPoint }: LossChartSettings): ChartOptions {
  const axis = axisOptions(colors);
  return {
    legend: { show: false },
    padding: chartPadding,
    cursor: cursorOptions,
    scales: {
      x: { time: false, range: (chart) => [0, stepAxisEnd(chart.data[0].at(-1) ?? 1, steps)] },
      loss: {
        distr: logarithmic ? 3 : 1,
        range: (chart) => lossAxisRange(lowestOf(chart.data[2]), highestOf(chart.data[1]), logarithmic),
      },
    },
    axes: [
      {
        ...axis,
        size: BOTTOM_AXIS,
        space: 70,
        values: (_, marks) => marks.map((mark) => (Number.isInteger(mark) ? formatCount(mark) : "")),
      },
      {
        ...axis,
        scale: "loss",
        size: 48,
        ...(logarithmic
          ? { splits: (_, __, start, end) => logarithmicMarks(start, end), filter: (_, marks) => marks }
          : {}),
        values: (_, marks) => marks.map((mark) => (mark === null ? "" : String(Number(mark.toPrecision(3))))),
      },
    ],
    series: [
      {},
      { scale: "loss", stroke: colors.lossFaint, width: 1, points: { show: false } },
      { scale: "loss", stroke: colors.lossFaint, width: 1, points: { show: false } },
      { scale: "loss", stroke: colors.loss, width: 2.25, points: { show: false } },
    ],
    bands: [{ series: [1, 2], fill: colors.lossBand }],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)] },
  };
}

type Values = uPlot.AlignedData[number];

function lowestOf(values: Values = []): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of values) if (value != null && value > 0 && value < lowest) lowest = value;
  return Number.isFinite(lowest) ? lowest : 0;
}

function highestOf(values: Values = []): number {
  let highest = 0;
  for (const value of values) if (value != null && value > highest) highest = value;
  return highest;
}
