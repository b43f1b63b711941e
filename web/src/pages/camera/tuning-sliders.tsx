import { Button, Group, NumberInput, Skeleton, Slider, Stack, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CameraPatch, CameraView } from "../../api/types";
import { useErrorMessage } from "../../components/use-error-message";
import { schemaAt } from "../../schema/schema";
import { useConfigSchema } from "../../schema/use-config-schema";
import { type SliderRange, positionOf, sliderRange, valueAt } from "./slider-range";

const DEBOUNCE_MS = 250;

/** The keys of `tracking` that have a slider. */
const SLIDERS = [
  "confidence",
  "iou",
  "objects_max",
  "object_persistence_ms",
  "period_frames",
] as const;

interface TuningSlidersProps {
  camera: CameraView;
  patch: (change: CameraPatch) => Promise<void>;
}

/** Sliders that override tracking settings for one camera. */
export function TuningSliders({ camera, patch }: TuningSlidersProps) {
  const { t } = useTranslation();
  const schema = useConfigSchema();
  if (!schema) return <Skeleton height={300} aria-label={t("common.loading")} role="status" />;
  return (
    <Stack gap="lg">
      {SLIDERS.map((key) => {
        const range = sliderRange(schemaAt(schema, ["tracking", key]));
        if (!range) return null;
        return <TuningSlider key={key} name={key} range={range} camera={camera} patch={patch} />;
      })}
    </Stack>
  );
}

interface TuningSliderProps extends TuningSlidersProps {
  name: (typeof SLIDERS)[number];
  range: SliderRange;
}

function TuningSlider({ name, range, camera, patch }: TuningSliderProps) {
  const { t } = useTranslation();
  const errorMessage = useErrorMessage();
  const effectiveValue = camera.effective.tracking[name];
  const overridden = name in camera.config.override;
  const [value, setValue] = useState(effectiveValue);
  const [error, setError] = useState<string | null>(null);
  // Another page or an edit of the file may have changed it.
  useEffect(() => setValue(effectiveValue), [effectiveValue]);

  const send = (override: number | null) => {
    setError(null);
    patch({ override: { [name]: override } }).catch((e: unknown) => {
      setError(errorMessage(e));
      setValue(effectiveValue);
    });
  };
  const sendDebounced = useDebouncedCallback(send, DEBOUNCE_MS);
  const change = (next: number) => {
    if (next === value) return;
    setValue(next);
    sendDebounced(next);
  };
  const label = t(`tuning.${name}`);
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={500}>{label}</Text>
        <NumberInput
          aria-label={label}
          className="tabular-numbers"
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
        scale={(position) => valueAt(range, position)}
        value={positionOf(range, value)}
        onChange={(position) => change(valueAt(range, position))}
      />
      <Group justify="space-between" gap="xs">
        <Text c="dimmed" size="xs">
          {t(`tuning.${name}Help`)} {overridden && t("tuning.overridden")}
        </Text>
        {overridden && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`${t("tuning.clearOverride")}: ${label}`}
            onClick={() => send(null)}
          >
            {t("tuning.clearOverride")}
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
