import type uPlot from "uplot";
import { formatCount } from "../text/format.ts";
import { accuracyAxisStart } from "./axis.ts";
import { axisOptions, BOTTOM_AXIS, chartPadding, cursorOptions } from "./axis-options.ts";
import type { ChartColors } from "./chart-colors.ts";
import type { ChartOptions } from "./uplot-canvas.tsx";

interface AccuracyChartSettings {
  readonly colors: ChartColors;
  readonly epochs: number;
  /** Drawn across the chart, 0 … 1. */
  readonly published: number | null;
  readonly onPoint: (index: number | null) => void;
}

/** Series: epoch, training accuracy, test accuracy. */
export function accuracyChartOptions({ colors, epochs, published, onPoint }: AccuracyChartSettings): ChartOptions {
  const axis = axisOptions(colors);
  return {
    legend: { show: false },
    padding: chartPadding,
    cursor: cursorOptions,
    scales: {
      x: { time: false, range: (chart) => [0.5, Math.max(Math.min(epochs, 50), chart.data[0].at(-1) ?? 1) + 0.5] },
      accuracy: { range: (chart) => [accuracyAxisStart(lowestOf(chart.data, published)), 1] },
    },
    axes: [
      {
        ...axis,
        size: BOTTOM_AXIS,
        space: 36,
        incrs: [1, 2, 5, 10, 20, 50, 100, 1000],
        values: (_, marks) => marks.map(formatCount),
      },
      { ...axis, scale: "accuracy", size: 52, values: (_, marks) => marks.map(formatMark) },
    ],
    series: [
      {},
      {
        scale: "accuracy",
        stroke: colors.trainingAccuracy,
        width: 1.75,
        dash: [2, 4],
        points: { show: true, size: 5, fill: colors.trainingAccuracy },
      },
      {
        scale: "accuracy",
        stroke: colors.accuracy,
        width: 2.25,
        points: { show: true, size: 8, fill: colors.accuracy },
      },
    ],
    hooks: {
      drawAxes: published === null ? [] : [(chart) => drawPublished(chart, published, colors.published)],
      setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)],
    },
  };
}

function formatMark(mark: number): string {
  return `${Number((mark * 100).toFixed(1))}%`;
}

function lowestOf([, training = [], test = []]: uPlot.AlignedData, published: number | null): number {
  const known = [...training, ...test].filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? 0 : Math.min(published ?? 1, ...known);
}

function drawPublished(chart: uPlot, published: number, color: string): void {
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(published, "accuracy", true));
  const pixelRatio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5 * pixelRatio;
  ctx.setLineDash([7 * pixelRatio, 5 * pixelRatio]);
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
