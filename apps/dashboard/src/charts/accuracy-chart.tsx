"use client";
import type { EpochPoint } from "@convoy/protocol";
import { useComputedColorScheme } from "@mantine/core";
import { memo, useMemo, useState } from "react";
import type uPlot from "uplot";
import { Card } from "../frame/card.tsx";
import { formatAccuracy, formatCount } from "../text/format.ts";
import { accuracyChartOptions } from "./accuracy-chart-options.ts";
import { chartColors } from "./chart-colors.ts";
import { ChartFigure, type LegendEntry } from "./chart-figure.tsx";
import { FigureTable } from "./figure-table.tsx";
import { UplotCanvas } from "./uplot-canvas.tsx";

interface AccuracyChartProps {
  readonly points: readonly EpochPoint[];
  readonly epochs: number;
  /** Test accuracy that the source of the recipe reports at its end; null where there is none to compare with. */
  readonly published: number | null;
}

/** Accuracy on the test set after each epoch, beside that of training and the published one. */
export const AccuracyChart = memo(function AccuracyChart({ points, epochs, published }: AccuracyChartProps) {
  const colors = chartColors[useComputedColorScheme("light")];
  const [pointed, setPointed] = useState<number | null>(null);
  const options = useMemo(
    () => accuracyChartOptions({ colors, epochs, published, onPoint: setPointed }),
    [colors, epochs, published],
  );
  const data = useMemo<uPlot.AlignedData>(
    () => [
      points.map((point) => point.epoch),
      points.map((point) => point.trainingAccuracy),
      points.map((point) => point.testAccuracy),
    ],
    [points],
  );
  const legend: LegendEntry[] = [
    { label: "Test", color: colors.accuracy, line: "solid" },
    { label: "Training", color: colors.trainingAccuracy, line: "dotted" },
  ];
  if (published !== null) {
    legend.push({ label: `Published ${formatAccuracy(published)}`, color: colors.published, line: "dashed" });
  }
  return (
    <Card title="Accuracy after each epoch">
      <ChartFigure
        summary={summaryOf(points)}
        legend={legend}
        readout={readoutOf(points[pointed ?? points.length - 1])}
        table={
          <FigureTable
            caption="Accuracy after each epoch"
            columns={["Epoch", "Test", "Training"]}
            rows={points.map((point) => [
              formatCount(point.epoch),
              formatAccuracy(point.testAccuracy),
              formatAccuracy(point.trainingAccuracy),
            ])}
          />
        }
      >
        <UplotCanvas options={options} data={data} height={250} />
      </ChartFigure>
    </Card>
  );
});

function readoutOf(point: EpochPoint | undefined): string {
  if (point === undefined) return "The first figure comes after epoch 1";
  return `Epoch ${formatCount(point.epoch)}: test ${formatAccuracy(point.testAccuracy)}, training ${formatAccuracy(point.trainingAccuracy)}`;
}

function summaryOf(points: readonly EpochPoint[]): string {
  const last = points.at(-1);
  if (last === undefined) return "Accuracy on the test set: the first figure comes after epoch 1.";
  return `Accuracy on the test set: ${formatAccuracy(last.testAccuracy)} after epoch ${formatCount(last.epoch)}.`;
}
