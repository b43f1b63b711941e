import { useTranslation } from "react-i18next";

import type { CameraStatus } from "../../api/types";
import { type Metric, MetricList, oneDecimal } from "../../components/metric-list";

export function CameraStats({ status }: { status: CameraStatus }) {
  const { t } = useTranslation();
  const { slots, frame_size: size, remote } = status;
  const metrics: Metric[] = [
    [t("stats.fps"), `${oneDecimal(status.fps_proc)} / ${oneDecimal(status.fps_in)}`],
    [t("stats.latency"), t("common.milliseconds", { value: oneDecimal(status.latency_ms) })],
    [t("stats.slots"), t("stats.slotsInUse", slots)],
    [t("stats.held"), slots.held],
    [t("stats.waiting"), slots.waiting],
    [t("stats.dropped"), status.dropped],
    [t("stats.reconnects"), status.reconnects],
    [t("stats.model"), status.model === "none" ? "–" : status.model],
    [t("stats.device"), status.device ?? "–"],
    [t("stats.frameSize"), size ? `${size.width} x ${size.height}` : "–"],
  ];
  if (remote) {
    metrics.push(
      [t("stats.node"), remote.node],
      [t("stats.clockOffset"), t("common.milliseconds", { value: oneDecimal(remote.clock_offset_ms) })],
    );
  }
  return <MetricList metrics={metrics} />;
}
