import {
  Alert,
  Anchor,
  Button,
  Card,
  Group,
  Modal,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import { useStanding } from "../api/telemetry";
import type { Health, Status } from "../api/types";
import { words } from "../components/error-box";
import { Figures, oneDecimal } from "../components/figures";
import { Stage } from "../components/stage";
import { StateBadge } from "../components/state-badge";
import { links } from "../router";
import { AddCamera } from "./add-camera";

const LAYERS = { boxes: true, trails: false, labels: false };
/** Cameras whose picture was asked for, or sent away, while this page is open. */
const asked = new Map<string, boolean>();

/** All cameras, live. */
export function CamerasPage() {
  const { t } = useTranslation();
  const standing = useStanding();
  const [health, setHealth] = useState<Health | null>(null);
  const [adding, setAdding] = useState(false);

  useEffect(() => {
    // Told by the banner if it fails.
    api.health().then(setHealth, () => undefined);
  }, [standing.configSeq]);

  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("cameras")}
        </Title>
        <Button onClick={() => setAdding(true)}>{t("addCamera")}</Button>
      </Group>
      {health && !health.config.saved && (
        <Alert title={t("welcomeTitle")}>
          <Text>{t("welcomeText", { path: health.config.path })}</Text>
        </Alert>
      )}
      {!standing.known && <Loading />}
      {standing.known && standing.cameras.length === 0 && (
        <Card withBorder>
          <Stack align="flex-start">
            <Text fw={600}>{t("noCameras")}</Text>
            <Text>{t("noCamerasText")}</Text>
            <Button onClick={() => setAdding(true)}>{t("addCamera")}</Button>
          </Stack>
        </Card>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {standing.cameras.map((camera) => (
          <CameraCard key={camera.id} camera={camera} />
        ))}
      </SimpleGrid>
      <AddCamera
        opened={adding}
        close={() => setAdding(false)}
        taken={standing.cameras.map((camera) => camera.id)}
      />
    </Stack>
  );
}

function Loading() {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} aria-label={t("loading")} role="status">
      {[0, 1, 2].map((n) => (
        <Skeleton key={n} height={260} />
      ))}
    </SimpleGrid>
  );
}

function CameraCard({ camera }: { camera: Status }) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const [wish, setWish] = useState(asked.get(camera.id));
  const picture = wish ?? camera.show_preview;
  const show = (on: boolean) => {
    asked.set(camera.id, on);
    setWish(on);
  };
  const failed = (error: unknown) => {
    notifications.show({ color: "red", message: words(error, t("unreachable")) });
  };
  const name = camera.name || camera.id;
  return (
    <Card withBorder component="article" aria-label={name}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h4" style={{ overflow: "hidden", textOverflow: "ellipsis" }}>
            <Anchor href={links.camera(camera.id)} inherit c="var(--mantine-color-text)">
              {name}
            </Anchor>
          </Title>
          <StateBadge state={camera.source_state} />
        </Group>
        <Stage status={camera} fps={5} width={320} picture={picture} layers={LAYERS}>
          {camera.running && (
            <Button
              className="show-picture"
              variant="default"
              size="compact-xs"
              aria-label={`${picture ? t("hidePicture") : t("showPicture")}: ${name}`}
              onClick={() => show(!picture)}
            >
              {picture ? t("hidePicture") : t("showPicture")}
            </Button>
          )}
        </Stage>
        {camera.problem && (
          <Alert color="orange" p="xs">
            <Text style={{ overflowWrap: "anywhere" }}>{camera.problem}</Text>
          </Alert>
        )}
        <Figures
          of={[
            [t("fps"), `${oneDecimal(camera.fps_proc)} / ${oneDecimal(camera.fps_in)}`],
            [t("latency"), `${oneDecimal(camera.latency_ms)} ms`],
            [t("slots"), t("slotsOf", camera.slots)],
            ...(camera.slots.waiting > 0
              ? [[t("waiting"), camera.slots.waiting] as [string, number]]
              : []),
          ]}
        />
        <Group gap="xs">
          <Button component="a" href={links.camera(camera.id)} size="compact-sm" aria-label={`${t("open")}: ${name}`}>
            {t("open")}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`${camera.enabled ? t("stop") : t("start")}: ${name}`}
            onClick={() => void api.enable(camera.id, !camera.enabled).catch(failed)}
          >
            {camera.enabled ? t("stop") : t("start")}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`${t("remove")}: ${name}`}
            onClick={() => setRemoving(true)}
          >
            {t("remove")}
          </Button>
        </Group>
      </Stack>
      <Modal
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t("removeTitle", { id: camera.id })}
        closeButtonProps={{ "aria-label": t("cancel") }}
      >
        <Stack>
          <Text>{t("removeText")}</Text>
          <Group>
            <Button
              color="#b3261e"
              onClick={() => {
                setRemoving(false);
                void api.deleteCamera(camera.id).catch(failed);
              }}
            >
              {t("remove")}
            </Button>
            <Button variant="default" onClick={() => setRemoving(false)}>
              {t("cancel")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Card>
  );
}
