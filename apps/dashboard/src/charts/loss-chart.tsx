"use client";
import { SegmentedControl, useComputedColorScheme } from "@mantine/core";
import { memo, useMemo, useState } from "react";
import type uPlot from "uplot";
import type { LossHistory } from "../connection/loss-history.ts";
import { Card } from "../frame/card.tsx";
import { formatCount, formatLoss } from "../text/format.ts";
import { chartColors } from "./chart-colors.ts";
import { ChartFigure } from "./chart-figure.tsx";
import { FigureTable } from "./figure-table.tsx";
import { lossChartOptions } from "./loss-chart-options.ts";
import { lossRows } from "./loss-rows.ts";
import { smooth } from "./smooth.ts";
import { UplotCanvas } from "./uplot-canvas.tsx";

const TABLE_ROWS = 12;

interface LossChartProps {
  readonly losses: LossHistory;
  readonly steps: number;
}

/** The training loss of every step, faint, and smoothed. */
export const LossChart = memo(function LossChart({ losses, steps }: LossChartProps) {
  const scheme = useComputedColorScheme("light");
  const colors = chartColors[scheme];
  const [scale, setScale] = useState("linear");
  const [pointed, setPointed] = useState<number | null>(null);
  const options = useMemo(
    () => lossChartOptions({ colors, steps, logarithmic: scale === "log", onPoint: setPointed }),
    [colors, steps, scale],
  );
  const smoothed = useMemo(() => smooth(losses), [losses]);
  const data = useMemo(() => dataOf(losses, smoothed), [losses, smoothed]);
  const shown = pointed ?? losses.buckets.length - 1;
  const rows = lossRows(losses, smoothed, TABLE_ROWS);
  return (
    <Card
      title="Training loss"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Scale of the loss"
          value={scale}
          onChange={setScale}
          data={[
            { value: "linear", label: "Linear" },
            { value: "log", label: "Log" },
          ]}
        />
      }
    >
      <ChartFigure
        summary={summaryOf(rows)}
        legend={[
          {
            label: losses.width === 1 ? "Each step" : `Range of ${losses.width} steps`,
            color: colors.loss,
            line: "faint",
          },
          { label: "Smoothed", color: colors.loss, line: "solid" },
        ]}
        readout={readoutOf(losses, smoothed, shown)}
        table={
          <FigureTable
            caption="Training loss at some steps"
            columns={["Step", "Loss", "Smoothed"]}
            rows={rows.map((row) => [formatCount(row.step), formatLoss(row.loss), formatLoss(row.smoothed)])}
          />
        }
      >
        <UplotCanvas options={options} data={data} height={250} />
      </ChartFigure>
    </Card>
  );
});

function dataOf({ buckets }: LossHistory, smoothed: number[]): uPlot.AlignedData {
  return [
    buckets.map((bucket) => bucket.step),
    buckets.map((bucket) => bucket.highest),
    buckets.map((bucket) => bucket.lowest),
    smoothed,
  ];
}

function readoutOf(losses: LossHistory, smoothed: number[], index: number): string {
  const bucket = losses.buckets[index];
  if (bucket === undefined) return "";
  return `Step ${formatCount(bucket.step)}: ${formatLoss(bucket.sum / bucket.count)}, smoothed ${formatLoss(smoothed[index] ?? null)}`;
}

function summaryOf(rows: ReturnType<typeof lossRows>): string {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return "Training loss: no step is done yet.";
  return `Training loss: ${formatLoss(first.loss)} at step ${formatCount(first.step)}, smoothed ${formatLoss(last.smoothed)} at step ${formatCount(last.step)}.`;
}
