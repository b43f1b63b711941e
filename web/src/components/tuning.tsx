// What is tuned while one looks: sent a moment after the slider rests, for this
// camera alone.

import { Button, Group, NumberInput, Skeleton, Slider, Stack, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../api/types";
import { useSchema } from "../schema/use-schema";
import { words } from "./error-box";
import { type Range, position, rangeOf, valueAt } from "./range";

const REST_MS = 250;

const KNOBS = [
  { key: "confidence", label: "confidence", help: "confidenceHelp" },
  { key: "iou", label: "iou", help: "iouHelp" },
  { key: "objects_max", label: "objectsMax", help: "objectsMaxHelp" },
  { key: "object_persistence_ms", label: "persistence", help: "persistenceHelp" },
  { key: "period_frames", label: "period", help: "periodHelp" },
] as const;

type Knob = (typeof KNOBS)[number];

interface Props {
  view: CameraView;
  patch: (change: unknown) => Promise<void>;
}

export function Tuning({ view, patch }: Props) {
  const { t } = useTranslation();
  const schema = useSchema();
  if (!schema) return <Skeleton height={300} aria-label={t("loading")} role="status" />;
  return (
    <Stack gap="lg">
      {KNOBS.map((knob) => {
        const range = rangeOf(schema, knob.key);
        return range && <One key={knob.key} knob={knob} range={range} view={view} patch={patch} />;
      })}
    </Stack>
  );
}

function One({ knob, range, view, patch }: Props & { knob: Knob; range: Range }) {
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
  const change = (next: number) => {
    if (next === value) return;
    setValue(next);
    sendLater(next);
  };
  const label = t(knob.label);
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={500}>{label}</Text>
        <NumberInput
          aria-label={label}
          className="numbers"
          size="xs"
          w={110}
          min={range.min}
          max={range.max}
          step={range.step}
          value={value}
          onChange={(next) => {
            if (typeof next !== "number" || next < range.min || next > range.max) return;
            change(next);
          }}
        />
      </Group>
      <Slider
        thumbLabel={label}
        label={null}
        min={range.stops ? 0 : range.min}
        max={range.stops ? range.stops.length - 1 : range.max}
        step={range.stops ? 1 : range.step}
        scale={(thumb) => valueAt(range, thumb)}
        value={position(range, value)}
        onChange={(thumb) => change(valueAt(range, thumb))}
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
