import { Grid } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { HistoryPoint } from "../../api/telemetry";
import { TimeSeriesPlot } from "./time-series-plot";

/** A camera's frame rates, latency and slots over the last two minutes. */
export function CameraPlots({ camera }: { camera: string }) {
  const { t } = useTranslation();
  // A plot is rebuilt when its series are another object.
  const plots = useMemo(
    () => [
      {
        title: t("stats.fps"),
        series: [
          { label: t("stats.sourceFps"), colour: "#0072b2", value: (p: HistoryPoint) => p.sourceFps },
          { label: t("stats.processedFps"), colour: "#d55e00", value: (p: HistoryPoint) => p.processedFps },
        ],
      },
      {
        title: t("stats.latencyMs"),
        series: [{ label: "ms", colour: "#009e73", value: (p: HistoryPoint) => p.latencyMs }],
      },
      {
        title: t("stats.slots"),
        series: [
          { label: t("stats.slots"), colour: "#cc79a7", value: (p: HistoryPoint) => p.activeSlots },
        ],
      },
    ],
    [t],
  );
  return (
    <Grid>
      {plots.map(({ title, series }) => (
        <Grid.Col key={title} span={{ base: 12, md: 4 }}>
          <TimeSeriesPlot camera={camera} title={title} series={series} />
        </Grid.Col>
      ))}
    </Grid>
  );
}
