import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

import { type HistoryPoint, telemetry } from "../../api/telemetry";

const HEIGHT = 150;

interface Series {
  label: string;
  colour: string;
  value: (point: HistoryPoint) => number;
}

interface TimeSeriesPlotProps {
  camera: string;
  title: string;
  series: Series[];
}

export function TimeSeriesPlot({ camera, title, series }: TimeSeriesPlotProps) {
  const container = useRef<HTMLDivElement>(null);
  const { colorScheme } = useMantineColorScheme();

  useEffect(() => {
    const target = container.current;
    if (!target) return;
    const styles = getComputedStyle(target);
    const gridColour = styles.getPropertyValue("--mantine-color-default-border");
    const axis = {
      stroke: styles.color,
      grid: { stroke: gridColour },
      ticks: { stroke: gridColour },
    };
    const plot = new uPlot(
      {
        width: target.clientWidth || 300,
        height: HEIGHT,
        cursor: { show: false },
        legend: { show: series.length > 1, live: false },
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, 1)] } },
        axes: [axis, { ...axis, size: 44 }],
        series: [{}, ...series.map(({ label, colour }) => ({ label, stroke: colour, width: 2 }))],
      },
      alignedData(camera, series),
      target,
    );
    const unsubscribe = telemetry.subscribe(() => plot.setData(alignedData(camera, series)));
    const resizeObserver = new ResizeObserver(() => {
      plot.setSize({ width: target.clientWidth, height: HEIGHT });
    });
    resizeObserver.observe(target);
    return () => {
      unsubscribe();
      resizeObserver.disconnect();
      plot.destroy();
    };
  }, [camera, series, colorScheme]);

  return (
    <figure style={{ margin: 0 }}>
      <figcaption style={{ fontSize: "0.85rem" }}>{title}</figcaption>
      <div ref={container} role="img" aria-label={title} />
    </figure>
  );
}

function alignedData(camera: string, series: Series[]): uPlot.AlignedData {
  const points = telemetry.getHistory(camera);
  return [points.map((point) => point.time), ...series.map(({ value }) => points.map(value))];
}
