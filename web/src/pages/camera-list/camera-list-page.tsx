import { Alert, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useTelemetry } from "../../api/telemetry";
import type { Health } from "../../api/types";
import { AddCameraDialog } from "./add-camera-dialog";
import { CameraCard } from "./camera-card";

const COLUMNS = { base: 1, sm: 2, lg: 3 };

/** All cameras, live. */
export function CameraListPage() {
  const { t } = useTranslation();
  const { loaded, cameras, configSeq } = useTelemetry();
  const [health, setHealth] = useState<Health | null>(null);
  const [adding, setAdding] = useState(false);

  useEffect(() => {
    // The shell reports a lost connection.
    api.health().then(setHealth, () => undefined);
  }, [configSeq]);

  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("shell.cameras")}
        </Title>
        <Button onClick={() => setAdding(true)}>{t("cameraList.addCamera")}</Button>
      </Group>
      {health && !health.config.saved && (
        <Alert title={t("cameraList.welcomeTitle")}>
          <Text>{t("cameraList.welcomeText", { path: health.config.path })}</Text>
        </Alert>
      )}
      {!loaded && (
        <SimpleGrid cols={COLUMNS} aria-label={t("common.loading")} role="status">
          {[0, 1, 2].map((n) => (
            <Skeleton key={n} height={260} />
          ))}
        </SimpleGrid>
      )}
      {loaded && cameras.length === 0 && (
        <Card withBorder>
          <Stack align="flex-start">
            <Text fw={600}>{t("cameraList.emptyTitle")}</Text>
            <Text>{t("cameraList.emptyText")}</Text>
            <Button onClick={() => setAdding(true)}>{t("cameraList.addCamera")}</Button>
          </Stack>
        </Card>
      )}
      <SimpleGrid cols={COLUMNS}>
        {cameras.map((camera) => (
          <CameraCard key={camera.id} status={camera} />
        ))}
      </SimpleGrid>
      <AddCameraDialog
        opened={adding}
        onClose={() => setAdding(false)}
        existingIds={cameras.map((camera) => camera.id)}
      />
    </Stack>
  );
}
