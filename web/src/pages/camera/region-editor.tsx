import { Button, Card, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Region } from "../../api/types";

const EDGES = ["left", "top", "right", "bottom"] as const;
const WHOLE_FRAME: Region = [0, 0, 1, 1];

interface RegionEditorProps {
  region: Region | null;
  onChange: (region: Region) => void;
  /** Null for the whole frame. */
  onApply: (region: Region | null) => void;
  onCancel: () => void;
}

/** The region's edges as numbers, for the keyboard, and the buttons of the editor. */
export function RegionEditor({ region, onChange, onApply, onCancel }: RegionEditorProps) {
  const { t } = useTranslation();
  const current = region ?? WHOLE_FRAME;
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Text>{t("region.help")}</Text>
        <Group grow>
          {EDGES.map((edge, index) => (
            <NumberInput
              key={edge}
              label={t(`region.${edge}`)}
              min={0}
              max={1}
              step={0.01}
              decimalScale={4}
              value={current[index]}
              onChange={(value) => {
                if (typeof value !== "number") return;
                const changed: Region = [...current];
                changed[index] = value;
                onChange(changed);
              }}
            />
          ))}
        </Group>
        <Group gap="xs">
          <Button disabled={!region} onClick={() => onApply(region)}>
            {t("common.apply")}
          </Button>
          <Button variant="default" onClick={() => onApply(null)}>
            {t("region.clear")}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
