import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

import { type Point, telemetry } from "../api/telemetry";

interface Line {
  label: string;
  colour: string;
  of: (point: Point) => number;
}

/** The last two minutes of some figures of a camera. */
export function Plot({ camera, title, lines }: { camera: string; title: string; lines: Line[] }) {
  const box = useRef<HTMLDivElement>(null);
  const { colorScheme } = useMantineColorScheme();

  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const styles = getComputedStyle(target);
    const ink = styles.color;
    const grid = styles.getPropertyValue("--mantine-color-default-border");
    const axis = { stroke: ink, grid: { stroke: grid }, ticks: { stroke: grid } };
    const plot = new uPlot(
      {
        width: target.clientWidth || 300,
        height: 150,
        cursor: { show: false },
        legend: { show: lines.length > 1, live: false },
        scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
        axes: [axis, { ...axis, size: 44 }],
        series: [{}, ...lines.map(({ label, colour }) => ({ label, stroke: colour, width: 2 }))],
      },
      data(camera, lines),
      target,
    );
    const draw = () => plot.setData(data(camera, lines));
    const unsubscribe = telemetry.subscribe(draw);
    const resized = new ResizeObserver(() => {
      plot.setSize({ width: target.clientWidth, height: 150 });
    });
    resized.observe(target);
    return () => {
      unsubscribe();
      resized.disconnect();
      plot.destroy();
    };
  }, [camera, lines, colorScheme]);

  return (
    <figure style={{ margin: 0 }}>
      <figcaption style={{ fontSize: "0.85rem" }}>{title}</figcaption>
      <div ref={box} role="img" aria-label={title} />
    </figure>
  );
}

function data(camera: string, lines: Line[]): uPlot.AlignedData {
  const points = telemetry.history(camera);
  return [points.map((p) => p.time), ...lines.map(({ of }) => points.map(of))];
}
