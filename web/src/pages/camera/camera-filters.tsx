import { NumberInput, TagsInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CameraConfig, CameraPatch } from "../../api/types";
import { useErrorMessage } from "../../components/use-error-message";
import { schemaAt } from "../../schema/schema";
import { useConfigSchema } from "../../schema/use-config-schema";

interface CameraFiltersProps {
  config: CameraConfig;
  /** The model's class names. */
  classes: string[];
  patch: (change: CameraPatch) => Promise<void>;
}

/** Which frames and which classes of a camera are processed. */
export function CameraFilters({ config, classes, patch }: CameraFiltersProps) {
  const { t } = useTranslation();
  const errorMessage = useErrorMessage();
  const schema = useConfigSchema();
  const [error, setError] = useState<string | null>(null);
  const { minimum, maximum } = schema ? schemaAt(schema, ["cameras", "max_fps"]) : {};
  const send = (change: CameraPatch) => {
    setError(null);
    patch(change).catch((e: unknown) => setError(errorMessage(e)));
  };
  return (
    <>
      <NumberInput
        label={t("tuning.maxFps")}
        description={t("tuning.maxFpsHelp")}
        min={minimum}
        max={maximum}
        value={config.max_fps}
        onChange={(value) => typeof value === "number" && send({ max_fps: value })}
      />
      <TagsInput
        label={t("addCamera.classes")}
        description={t("addCamera.classesHelp")}
        data={classes}
        value={config.classes_filter.map(String)}
        onChange={(filter) => send({ classes_filter: filter })}
        error={error}
        maxDropdownHeight={200}
      />
    </>
  );
}
