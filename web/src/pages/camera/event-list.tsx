import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useCameraEvents } from "../../api/telemetry";
import type { CameraEvent } from "../../api/types";

/** A camera's events, the newest first. */
export function EventList({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const events = useCameraEvents(camera);
  if (events.length === 0) return <Text c="dimmed">{t("events.empty")}</Text>;
  return (
    <Stack
      gap={2}
      mah={320}
      style={{ overflowY: "auto" }}
      tabIndex={0}
      role="log"
      aria-label={t("camera.tabEvents")}
    >
      {events.map((event, index) => (
        <Group key={events.length - index} gap="sm" wrap="nowrap" data-event={event.kind}>
          <Text c="dimmed" className="tabular-numbers">
            {new Date(event.time).toLocaleTimeString()}
          </Text>
          <EventText event={event} />
        </Group>
      ))}
    </Stack>
  );
}

function EventText({ event }: { event: CameraEvent }) {
  const { t } = useTranslation();
  const { kind, slot, class: className, track_id: track, count, source_state: state } = event;
  const values = { slot, class: className ?? "?", track, count, state: t(`state.${state}`) };
  return <Text>{t(`events.${kind}`, values)}</Text>;
}
