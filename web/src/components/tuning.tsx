// What is tuned while one looks: sent a moment after the slider rests, for this
// camera alone.

import { Button, Group, Slider, Stack, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../api/types";
import { words } from "./error-box";

const REST_MS = 250;

const KNOBS = [
  { key: "confidence", label: "confidence", help: "confidenceHelp", min: 0, max: 1, step: 0.01 },
  { key: "iou", label: "iou", help: "iouHelp", min: 0, max: 1, step: 0.01 },
  { key: "objects_max", label: "objectsMax", help: "objectsMaxHelp", min: 1, max: 64, step: 1 },
  {
    key: "object_persistence_ms",
    label: "persistence",
    help: "persistenceHelp",
    min: 0,
    max: 5000,
    step: 50,
  },
  { key: "period_frames", label: "period", help: "periodHelp", min: 1, max: 10, step: 1 },
] as const;

type Knob = (typeof KNOBS)[number];

interface Props {
  view: CameraView;
  patch: (change: unknown) => Promise<void>;
}

export function Tuning({ view, patch }: Props) {
  return (
    <Stack gap="lg">
      {KNOBS.map((knob) => (
        <One key={knob.key} knob={knob} view={view} patch={patch} />
      ))}
    </Stack>
  );
}

function One({ knob, view, patch }: Props & { knob: Knob }) {
  const { t } = useTranslation();
  const inForce = view.effective.tracking[knob.key];
  const own = knob.key in view.config.override;
  const [value, setValue] = useState(inForce);
  const [error, setError] = useState<string | null>(null);
  // Another page, or the file, may have changed it.
  useEffect(() => setValue(inForce), [inForce]);

  const send = (next: number | null) => {
    setError(null);
    patch({ override: { [knob.key]: next } }).catch((e: unknown) => {
      setError(words(e, t("unreachable")));
      setValue(inForce);
    });
  };
  const sendLater = useDebouncedCallback(send, REST_MS);
  const label = t(knob.label);
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={500}>{label}</Text>
        <Text className="numbers">{value}</Text>
      </Group>
      <Slider
        thumbLabel={label}
        label={null}
        min={knob.min}
        max={Math.max(knob.max, inForce)}
        step={knob.step}
        value={value}
        onChange={(next) => {
          setValue(next);
          sendLater(next);
        }}
      />
      <Group justify="space-between" gap="xs">
        <Text c="dimmed" size="xs">
          {t(knob.help)} ({own ? t("own") : t("inherited")})
        </Text>
        {own && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`${t("useGeneral")}: ${label}`}
            onClick={() => send(null)}
          >
            {t("useGeneral")}
          </Button>
        )}
      </Group>
      {error && (
        <Text c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}
