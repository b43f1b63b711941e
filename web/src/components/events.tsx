import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useEvents } from "../api/telemetry";
import type { CameraEvent } from "../api/types";

/** What happened in front of a camera, the newest first. */
export function Events({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const events = useEvents(camera);
  if (events.length === 0) return <Text c="dimmed">{t("noEvents")}</Text>;
  return (
    <Stack gap={2} mah={320} style={{ overflowY: "auto" }} tabIndex={0} role="log" aria-label={t("events")}>
      {events.map((event, index) => (
        <Group key={events.length - index} gap="sm" wrap="nowrap">
          <Text c="dimmed" className="numbers">
            {new Date(event.time).toLocaleTimeString()}
          </Text>
          <Sentence event={event} />
        </Group>
      ))}
    </Stack>
  );
}

function Sentence({ event }: { event: CameraEvent }) {
  const { t } = useTranslation();
  const { slot, class: name, track_id: track, count } = event;
  const words = () => {
    switch (event.kind) {
      case "entered":
        return t("eventEntered", { slot, class: name ?? "?", track });
      case "left":
        return t("eventLeft", { slot });
      case "lost":
        return t("eventLost", { slot });
      case "found":
        return t("eventFound", { slot });
      case "source":
        return t("eventSource", { state: t(event.source_state) });
      case "restarted":
        return t("eventRestarted");
      case "overflow":
        return t("eventOverflow", { count });
    }
  };
  return <Text>{words()}</Text>;
}
