import { Alert, Button, Group, Modal, Skeleton, Stack, Tabs, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { diffLines } from "diff";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, api } from "../api/client";
import { useStanding } from "../api/telemetry";
import type { Checked } from "../api/types";
import { ErrorBox } from "../components/error-box";
import { links } from "../router";
import { Field } from "../schema/field";
import type { Schema } from "../schema/schema";
import { mistakes } from "../schema/validate";
import { LogTab } from "./log";
import { ModelsTab } from "./models";

/** Everything that can be set, the models, and the log. */
export function SettingsPage({ tab }: { tab: string }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("settings")}
      </Title>
      <Tabs
        value={tab}
        onChange={(next) => {
          if (next) window.location.hash = links.settings(next);
        }}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="settings">{t("tabSettings")}</Tabs.Tab>
          <Tabs.Tab value="models">{t("tabModels")}</Tabs.Tab>
          <Tabs.Tab value="log">{t("tabLog")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings" pt="md">
          <Everything />
        </Tabs.Panel>
        <Tabs.Panel value="models" pt="md">
          <ModelsTab />
        </Tabs.Panel>
        <Tabs.Panel value="log" pt="md">
          <LogTab />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

type Document = Record<string, unknown>;
/** Keys of `service` that the service takes over the network. */
const OPEN = new Set(["service.log_level", "service.device"]);
const locked = (path: string) => path.startsWith("service.") && !OPEN.has(path);

function Everything() {
  const { t } = useTranslation();
  const standing = useStanding();
  const [schema, setSchema] = useState<Schema | null>(null);
  const [saved, setSaved] = useState<{ etag: string; document: Document } | null>(null);
  const [document, setDocument] = useState<Document>({});
  const [path, setPath] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [refused, setRefused] = useState<Map<string, string>>(new Map());
  const [review, setReview] = useState<Checked | null>(null);
  const [outdated, setOutdated] = useState(false);

  const changed = saved !== null && JSON.stringify(document) !== JSON.stringify(saved.document);

  const load = useCallback(() => {
    setError(null);
    setOutdated(false);
    Promise.all([api.schema(), api.config(), api.health()]).then(([schema, config, health]) => {
      setSchema(schema as Schema);
      setSaved(config);
      setDocument(config.document);
      setPath(health.config.path);
      setRefused(new Map());
    }, setError);
  }, []);
  useEffect(load, [load]);
  // Somebody else's change is taken over, unless there are changes here to lose.
  useEffect(() => {
    if (standing.configSeq > 0 && !changed) load();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [standing.configSeq]);

  const errors = useMemo(() => {
    if (!schema || !changed) return refused;
    return new Map([...mistakes(schema, document), ...refused]);
  }, [schema, document, changed, refused]);

  if (error && !schema) return <ErrorBox error={error} retry={load} />;
  if (!schema || !saved) return <Skeleton height={400} aria-label={t("loading")} role="status" />;

  const look = () => {
    api.check(document).then((checked) => {
      if (checked.ok) setReview(checked);
      else setRefused(new Map(checked.errors.map((e) => [e.path, e.message])));
    }, setError);
  };
  const save = () => {
    api.save(document, saved.etag).then(
      (applied) => {
        setReview(null);
        notifications.show({ message: t("saved") });
        if (applied.restart.length > 0) {
          notifications.show({
            color: "orange",
            autoClose: false,
            message: t("restartNeeded", { keys: applied.restart.join(", ") }),
          });
        }
        load();
      },
      (e: unknown) => {
        setReview(null);
        if (e instanceof ApiError && e.status === 412) setOutdated(true);
        else setError(e);
      },
    );
  };
  const reload = () => {
    api.reload().then(() => {
      notifications.show({ message: t("reloaded") });
      load();
    }, setError);
  };

  return (
    <Stack>
      <Group>
        <Button onClick={look} disabled={!changed}>
          {t("review")}
        </Button>
        <Button
          variant="default"
          disabled={!changed}
          onClick={() => {
            setDocument(saved.document);
            setRefused(new Map());
          }}
        >
          {t("discard")}
        </Button>
        <Button variant="default" onClick={reload}>
          {t("reload")}
        </Button>
        {!changed && <Text c="dimmed">{t("noChanges")}</Text>}
      </Group>
      {error !== null && <ErrorBox error={error} />}
      {outdated && (
        <Alert color="orange" role="alert">
          <Stack align="flex-start" gap="xs">
            <Text>{t("outdated")}</Text>
            <Button variant="default" size="compact-sm" onClick={load}>
              {t("loadAgain")}
            </Button>
          </Stack>
        </Alert>
      )}
      {errors.size > 0 && (
        <Alert color="red" role="alert">
          <Text>{t("errorsAbove")}</Text>
          <ul>
            {[...errors].map(([at, message]) => (
              <li key={at}>
                {at}: {message}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {Object.entries(schema.properties ?? {}).map(([key, section]) => (
        <Stack key={key} gap={4}>
          {key === "service" && <Text c="dimmed">{t("onlyInFile", { path })}</Text>}
          <Field
            root={schema}
            schema={section}
            path={key}
            label={key}
            value={document[key]}
            errors={errors}
            locked={locked}
            set={(value) => {
              setRefused(new Map());
              setDocument((old) => {
                const next = { ...old, [key]: value };
                if (value === undefined) delete next[key];
                return next;
              });
            }}
          />
        </Stack>
      ))}
      <Modal
        opened={review !== null}
        onClose={() => setReview(null)}
        title={t("reviewTitle")}
        size="xl"
        closeButtonProps={{ "aria-label": t("cancel") }}
      >
        {review && (
          <Stack>
            <Diff before={review.before} after={review.after ?? ""} />
            <Group>
              <Button onClick={save}>{t("save")}</Button>
              <Button variant="default" onClick={() => setReview(null)}>
                {t("cancel")}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </Stack>
  );
}

function Diff({ before, after }: { before: string; after: string }) {
  return (
    <pre className="diff" tabIndex={0}>
      {diffLines(before, after).map((part, index) => {
        const sign = part.added ? "+ " : part.removed ? "- " : "  ";
        const lines = part.value.replace(/\n$/, "").split("\n");
        const text = lines.map((line) => sign + line).join("\n");
        const key = `${index} ${sign}`;
        if (part.added) return <ins key={key}>{text}</ins>;
        if (part.removed) return <del key={key}>{text}</del>;
        return <span key={key}>{text}</span>;
      })}
    </pre>
  );
}

