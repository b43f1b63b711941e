import { Anchor, Skeleton, Stack, Title } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "../../api/api-error";
import { api } from "../../api/client";
import { telemetry, useTelemetry } from "../../api/telemetry";
import type { CameraView } from "../../api/types";
import { ErrorAlert } from "../../components/error-alert";
import { links } from "../../router";
import { CameraDetails } from "./camera-details";

/** One camera: loads it, and again after each change of the configuration. */
export function CameraPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const { cameras, configSeq } = useTelemetry();
  const [camera, setCamera] = useState<CameraView | null>(null);
  const [error, setError] = useState<unknown>(null);

  const load = useCallback(() => {
    setError(null);
    api.camera(id).then(setCamera, setError);
  }, [id]);
  useEffect(load, [load, configSeq]);
  useEffect(() => {
    // Without the earlier events the list starts empty.
    api.cameraEvents(id).then(({ events }) => telemetry.setEvents(id, events), () => undefined);
  }, [id]);

  if (error instanceof ApiError && error.status === 404) {
    return (
      <Stack align="flex-start">
        <Title order={1} size="h2">
          {t("camera.notFound", { id })}
        </Title>
        <Anchor href={links.cameras}>{t("camera.back")}</Anchor>
      </Stack>
    );
  }
  if (error && !camera) return <ErrorAlert error={error} onRetry={load} />;
  if (!camera) return <Skeleton height={400} aria-label={t("common.loading")} role="status" />;
  const status = cameras.find((status) => status.id === id) ?? camera.status;
  return <CameraDetails camera={camera} status={status} onChange={setCamera} />;
}
