import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "../../api/api-error";
import { api } from "../../api/client";
import { useTelemetry } from "../../api/telemetry";
import type { CheckResult, ConfigChange } from "../../api/types";
import { ErrorAlert } from "../../components/error-alert";
import type { Schema } from "../../schema/schema";
import { SchemaField } from "../../schema/schema-field";
import { validate } from "../../schema/validate";
import { ReviewDialog } from "./review-dialog";

type ConfigDocument = Record<string, unknown>;

/** The whole configuration as a form: edited, reviewed, then saved. */
export function SettingsForm() {
  const { t } = useTranslation();
  const { configSeq } = useTelemetry();
  const [schema, setSchema] = useState<Schema | null>(null);
  const [saved, setSaved] = useState<{ etag: string; document: ConfigDocument } | null>(null);
  const [document, setDocument] = useState<ConfigDocument>({});
  const [configPath, setConfigPath] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [serviceErrors, setServiceErrors] = useState<Map<string, string>>(new Map());
  const [reviewedChange, setReviewedChange] = useState<CheckResult | null>(null);
  const [hasConflict, setHasConflict] = useState(false);

  const hasChanges = saved !== null && JSON.stringify(document) !== JSON.stringify(saved.document);

  const load = useCallback(() => {
    setError(null);
    setHasConflict(false);
    Promise.all([api.configSchema(), api.config(), api.health()]).then(
      ([schema, config, health]) => {
        setSchema(schema);
        setSaved(config);
        setDocument(config.document);
        setConfigPath(health.config.path);
        setServiceErrors(new Map());
      },
      setError,
    );
  }, []);
  useEffect(load, [load]);
  // Show a change that was made elsewhere, unless that would discard the changes here.
  // `hasChanges` is no dependency: discarding the changes does not need a new request.
  useEffect(() => {
    if (configSeq > 0 && !hasChanges) load();
  }, [configSeq]);

  const errors = useMemo(() => {
    if (!schema || !hasChanges) return serviceErrors;
    return new Map([...validate(schema, document), ...serviceErrors]);
  }, [schema, document, hasChanges, serviceErrors]);

  if (error && !schema) return <ErrorAlert error={error} onRetry={load} />;
  if (!schema || !saved) {
    return <Skeleton height={400} aria-label={t("common.loading")} role="status" />;
  }

  const discard = () => {
    setDocument(saved.document);
    setServiceErrors(new Map());
  };
  const review = () => {
    api.checkConfig(document).then((result) => {
      if (result.ok) setReviewedChange(result);
      else setServiceErrors(new Map(result.errors.map((e) => [e.path, e.message])));
    }, setError);
  };
  const onSaved = (change: ConfigChange) => {
    setReviewedChange(null);
    notifications.show({ message: t("settings.saved") });
    if (change.restart.length > 0) {
      notifications.show({
        color: "orange",
        autoClose: false,
        message: t("settings.restartNeeded", { keys: change.restart.join(", ") }),
      });
    }
    load();
  };
  const onSaveError = (e: unknown) => {
    setReviewedChange(null);
    // 412: the file is not the one that was loaded.
    if (e instanceof ApiError && e.status === 412) setHasConflict(true);
    else setError(e);
  };
  const save = () => {
    api.saveConfig(document, saved.etag).then(onSaved, onSaveError);
  };
  const reload = () => {
    api.reloadConfig().then(() => {
      notifications.show({ message: t("settings.reloaded") });
      load();
    }, setError);
  };
  const setSection = (key: string, value: unknown) => {
    setServiceErrors(new Map());
    setDocument((old) => {
      const changed = { ...old, [key]: value };
      if (value === undefined) delete changed[key];
      return changed;
    });
  };

  return (
    <Stack>
      <Group>
        <Button onClick={review} disabled={!hasChanges}>
          {t("settings.review")}
        </Button>
        <Button variant="default" disabled={!hasChanges} onClick={discard}>
          {t("settings.discard")}
        </Button>
        <Button variant="default" onClick={reload}>
          {t("settings.reload")}
        </Button>
        {!hasChanges && <Text c="dimmed">{t("settings.noChanges")}</Text>}
      </Group>
      {error !== null && <ErrorAlert error={error} />}
      {hasConflict && (
        <Alert color="orange" role="alert">
          <Stack align="flex-start" gap="xs">
            <Text>{t("settings.conflict")}</Text>
            <Button variant="default" size="compact-sm" onClick={load}>
              {t("settings.loadAgain")}
            </Button>
          </Stack>
        </Alert>
      )}
      {errors.size > 0 && (
        <Alert color="red" role="alert">
          <Text>{t("settings.invalid")}</Text>
          <ul>
            {[...errors].map(([path, message]) => (
              <li key={path}>
                {path}: {message}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {Object.entries(schema.properties ?? {}).map(([key, section]) => (
        <Stack key={key} gap={4}>
          {key === "service" && (
            <Text c="dimmed">{t("settings.fileOnly", { path: configPath })}</Text>
          )}
          <SchemaField
            root={schema}
            schema={section}
            path={key}
            label={key}
            value={document[key]}
            errors={errors}
            onChange={(value) => setSection(key, value)}
          />
        </Stack>
      ))}
      <ReviewDialog
        change={reviewedChange}
        onSave={save}
        onClose={() => setReviewedChange(null)}
      />
    </Stack>
  );
}
