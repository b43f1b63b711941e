import { Alert, Anchor, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { CameraStatus } from "../../api/types";
import { CameraPreview } from "../../components/camera-preview";
import { type Metric, MetricList, oneDecimal } from "../../components/metric-list";
import { StateBadge } from "../../components/state-badge";
import { useErrorNotification } from "../../components/use-error-notification";
import { links } from "../../router";
import { RemoveCameraDialog } from "./remove-camera-dialog";

const LAYERS = { boxes: true, trails: false, labels: false };
/** By camera: whether the user has shown or hidden its picture since the page was loaded. */
const pictureChoices = new Map<string, boolean>();

export function CameraCard({ status }: { status: CameraStatus }) {
  const { t } = useTranslation();
  const notifyError = useErrorNotification();
  const [removing, setRemoving] = useState(false);
  const [pictureChoice, setPictureChoice] = useState(pictureChoices.get(status.id));
  const showPicture = pictureChoice ?? status.show_preview;
  const togglePicture = () => {
    pictureChoices.set(status.id, !showPicture);
    setPictureChoice(!showPicture);
  };
  const name = status.name || status.id;
  const togglePictureLabel = showPicture ? t("preview.hide") : t("preview.show");
  const toggleEnabledLabel = status.enabled ? t("common.stop") : t("common.start");
  const metrics: Metric[] = [
    [t("stats.fps"), `${oneDecimal(status.fps_proc)} / ${oneDecimal(status.fps_in)}`],
    [t("stats.latency"), t("common.milliseconds", { value: oneDecimal(status.latency_ms) })],
    [t("stats.slots"), t("stats.slotsInUse", status.slots)],
  ];
  if (status.slots.waiting > 0) metrics.push([t("stats.waiting"), status.slots.waiting]);

  return (
    <Card withBorder component="article" aria-label={name}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h4" style={{ overflow: "hidden", textOverflow: "ellipsis" }}>
            <Anchor href={links.camera(status.id)} inherit c="var(--mantine-color-text)">
              {name}
            </Anchor>
          </Title>
          <StateBadge state={status.source_state} />
        </Group>
        <CameraPreview status={status} fps={5} width={320} showPicture={showPicture} layers={LAYERS}>
          {status.running && (
            <Button
              className="preview-button"
              variant="default"
              size="compact-xs"
              aria-label={`${togglePictureLabel}: ${name}`}
              onClick={togglePicture}
            >
              {togglePictureLabel}
            </Button>
          )}
        </CameraPreview>
        {status.problem && (
          <Alert color="orange" p="xs" data-testid="camera-problem">
            <Text style={{ overflowWrap: "anywhere" }}>{status.problem}</Text>
          </Alert>
        )}
        <MetricList metrics={metrics} />
        <Group gap="xs">
          <Button
            component="a"
            href={links.camera(status.id)}
            size="compact-sm"
            aria-label={`${t("common.open")}: ${name}`}
          >
            {t("common.open")}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`${toggleEnabledLabel}: ${name}`}
            onClick={() => {
              const request = status.enabled ? api.stopCamera : api.startCamera;
              request(status.id).catch(notifyError);
            }}
          >
            {toggleEnabledLabel}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`${t("common.remove")}: ${name}`}
            onClick={() => setRemoving(true)}
          >
            {t("common.remove")}
          </Button>
        </Group>
      </Stack>
      <RemoveCameraDialog id={status.id} opened={removing} onClose={() => setRemoving(false)} />
    </Card>
  );
}
