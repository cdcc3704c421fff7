"use client";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

export type ChartOptions = Omit<uPlot.Options, "width" | "height">;

interface UplotCanvasProps {
  /** A new object makes a new chart: memoise it. */
  readonly options: ChartOptions;
  /** A new array is drawn into the chart that is there. */
  readonly data: uPlot.AlignedData;
  readonly height: number;
}

/** One uPlot chart as wide as its place. */
export function UplotCanvas({ options, data, height }: UplotCanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const newest = useRef(data);
  newest.current = data;

  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const made = new uPlot({ ...options, width: element.clientWidth, height }, newest.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== made.width) {
        made.setSize({ width: element.clientWidth, height });
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.current = null;
      made.destroy();
    };
  }, [options, height]);

  useEffect(() => {
    const drawn = chart.current;
    if (drawn !== null && drawn.data !== data) drawn.setData(data);
  }, [data]);

  return <div ref={place} style={{ height, minWidth: 0 }} />;
}
