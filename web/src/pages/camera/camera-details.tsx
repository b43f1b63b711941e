import {
  Alert,
  Anchor,
  Button,
  Card,
  Checkbox,
  Grid,
  Group,
  Stack,
  Tabs,
  Text,
  Title,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { CameraPatch, CameraStatus, CameraView, Region } from "../../api/types";
import { CameraPreview } from "../../components/camera-preview";
import { StateBadge } from "../../components/state-badge";
import { useErrorNotification } from "../../components/use-error-notification";
import { links } from "../../router";
import { CameraFilters } from "./camera-filters";
import { CameraPlots } from "./camera-plots";
import { CameraStats } from "./camera-stats";
import { EventList } from "./event-list";
import { OscMonitor } from "./osc-monitor";
import { RegionEditor } from "./region-editor";
import { RegionOutline } from "./region-outline";
import { SinkTable } from "./sink-table";
import { TuningSliders } from "./tuning-sliders";
import { useRegionEditor } from "./use-region-editor";

interface CameraDetailsProps {
  camera: CameraView;
  /** Newer than `camera.status`. */
  status: CameraStatus;
  onChange: (camera: CameraView) => void;
}

/** A camera's picture, controls, statistics, events and outputs. */
export function CameraDetails({ camera, status, onChange }: CameraDetailsProps) {
  const { t } = useTranslation();
  const notifyError = useErrorNotification();
  const { config } = camera;
  const { id } = config;
  const [showPicture, setShowPicture] = useState(true);
  const [layers, setLayers] = useState({ boxes: true, trails: true, labels: true });
  const region = useRegionEditor(config.roi, status.frame_size ?? null);

  const patch = (change: CameraPatch) => api.patchCamera(id, change).then(onChange);
  const applyRegion = (roi: Region | null) => {
    patch({ roi }).then(region.close, notifyError);
  };
  const toggleEnabled = () => {
    const request = status.enabled ? api.stopCamera : api.startCamera;
    request(id).then(onChange, notifyError);
  };
  const resetSlots = () => {
    api.resetSlots(id).then(() => {
      notifications.show({ message: t("camera.resetSlotsDone") });
    }, notifyError);
  };

  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Anchor href={links.cameras}>← {t("camera.back")}</Anchor>
          <Title order={1} size="h2">
            {config.name || id}
          </Title>
          <StateBadge state={status.source_state} />
        </Group>
        <Group gap="xs">
          <Button variant="default" onClick={toggleEnabled}>
            {status.enabled ? t("common.stop") : t("common.start")}
          </Button>
          <Button variant="default" onClick={resetSlots}>
            {t("camera.resetSlots")}
          </Button>
        </Group>
      </Group>
      {status.problem && (
        <Alert color="orange" role="alert">
          <Text style={{ overflowWrap: "anywhere" }}>{status.problem}</Text>
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <CameraPreview
              status={status}
              fps={12}
              width={960}
              showPicture={showPicture}
              layers={layers}
              pointerHandlers={region.editing ? region.pointerHandlers : undefined}
            >
              <RegionOutline region={region.shown} editing={region.editing} />
            </CameraPreview>
            <Group gap="md">
              <Checkbox
                label={t("camera.picture")}
                checked={showPicture}
                onChange={(event) => setShowPicture(event.currentTarget.checked)}
              />
              {(["boxes", "trails", "labels"] as const).map((layer) => (
                <Checkbox
                  key={layer}
                  label={t(`camera.${layer}`)}
                  checked={layers[layer]}
                  onChange={(event) => {
                    const { checked } = event.currentTarget;
                    setLayers((old) => ({ ...old, [layer]: checked }));
                  }}
                />
              ))}
              <Checkbox
                label={t("camera.showPreview")}
                checked={config.show_preview}
                onChange={(event) => {
                  patch({ show_preview: event.currentTarget.checked }).catch(notifyError);
                }}
              />
              {!region.editing && (
                <Button variant="default" size="compact-sm" onClick={region.open}>
                  {t("region.edit")}
                </Button>
              )}
            </Group>
            {region.editing && (
              <RegionEditor
                region={region.shown}
                onChange={region.setDraft}
                onApply={applyRegion}
                onCancel={region.close}
              />
            )}
            <CameraStats status={status} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Card withBorder component="section" aria-label={t("tuning.title")}>
            <Stack>
              <Title order={2} size="h4">
                {t("tuning.title")}
              </Title>
              <Text c="dimmed">{t("tuning.help")}</Text>
              <TuningSliders camera={camera} patch={patch} />
              <CameraFilters config={config} classes={status.classes} patch={patch} />
            </Stack>
          </Card>
        </Grid.Col>
      </Grid>
      <Tabs defaultValue="events" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="events">{t("camera.tabEvents")}</Tabs.Tab>
          <Tabs.Tab value="plots">{t("camera.tabPlots")}</Tabs.Tab>
          <Tabs.Tab value="outputs">{t("camera.tabOutputs")}</Tabs.Tab>
          <Tabs.Tab value="osc">{t("camera.tabOsc")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events" pt="md">
          <EventList camera={id} />
        </Tabs.Panel>
        <Tabs.Panel value="plots" pt="md">
          <CameraPlots camera={id} />
        </Tabs.Panel>
        <Tabs.Panel value="outputs" pt="md">
          <SinkTable sinks={status.sinks} />
        </Tabs.Panel>
        <Tabs.Panel value="osc" pt="md">
          <OscMonitor camera={id} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
