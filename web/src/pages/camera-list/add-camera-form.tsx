import {
  Button,
  Code,
  Group,
  Loader,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "../../api/api-error";
import { api } from "../../api/client";
import type { CameraConfig, Model, ProbeResult, RtspTransport } from "../../api/types";
import { ErrorAlert } from "../../components/error-alert";
import { ProbeReport } from "./probe-report";
import { suggestId } from "./suggest-id";
import { useCameraFields } from "./use-camera-fields";

interface FormValues {
  stream: string;
  /** Null until the user edits the ID; the form suggests one meanwhile. */
  id: string | null;
  name: string;
  /** Null for the default. */
  transport: RtspTransport | null;
  model: string | null;
  classes: string[];
}

/** Paths of the errors that the form shows at a field. */
const FIELD_PATHS = ["stream", "id", "override.model", "tracking.model", "classes_filter"];

interface AddCameraFormProps {
  existingIds: string[];
  onClose: () => void;
}

/** Adds a camera; its address can be tested before. */
export function AddCameraForm({ existingIds, onClose }: AddCameraFormProps) {
  const { t } = useTranslation();
  const fields = useCameraFields();
  const [values, setValues] = useState<FormValues>({
    stream: "",
    id: null,
    name: "",
    transport: null,
    model: null,
    classes: [],
  });
  const [models, setModels] = useState<Model[]>([]);
  const [probeResult, setProbeResult] = useState<ProbeResult | null>(null);
  const [probing, setProbing] = useState(false);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    // Without the list the model can be chosen later, in the settings.
    api.models().then(({ models }) => setModels(models), () => undefined);
  }, []);

  const update = (change: Partial<FormValues>) => {
    setValues((old) => ({ ...old, ...change }));
    setError(null);
    if (change.stream !== undefined || change.transport !== undefined) setProbeResult(null);
  };
  const id = values.id ?? suggestId(values.name, existingIds);
  const idIsValid = fields.idPattern?.test(id) ?? id !== "";
  const idIsTaken = existingIds.includes(id);

  const fieldErrors = error instanceof ApiError ? error.errors : [];
  const errorAt = (path: string) => fieldErrors.find((e) => e.path === path)?.message;
  const isShownAtField = fieldErrors.some((e) => FIELD_PATHS.includes(e.path));
  const idError = () => {
    if (!idIsValid) return t("addCamera.idInvalid");
    if (idIsTaken) return t("addCamera.idTaken");
    return errorAt("id");
  };

  const testAddress = () => {
    setProbing(true);
    setProbeResult(null);
    api
      .probe({ stream: values.stream, rtsp_transport: values.transport ?? undefined })
      .then(setProbeResult, setError)
      .finally(() => setProbing(false));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { stream, name, transport, model, classes } = values;
    const config: Partial<CameraConfig> = {
      id,
      stream: stream.trim(),
      // You add a camera in the panel, so the panel shows its picture.
      show_preview: true,
    };
    if (name) config.name = name;
    if (transport) config.rtsp_transport = transport;
    if (classes.length > 0) config.classes_filter = classes;
    if (model) config.override = { model };
    api.addCamera(config).then(onClose, setError);
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("addCamera.address")}
          description={t("addCamera.addressHelp")}
          value={values.stream}
          onChange={(event) => update({ stream: event.currentTarget.value })}
          error={errorAt("stream")}
          required
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Group gap={6}>
          {fields.streamExamples.map((example) => (
            <Button
              key={example}
              variant="default"
              size="compact-xs"
              onClick={() => update({ stream: example })}
            >
              <Code>{example}</Code>
            </Button>
          ))}
        </Group>
        {values.stream.startsWith("rtsp") && fields.transports.length > 0 && (
          <Stack gap={4}>
            <Text id="transport">{t("addCamera.transport")}</Text>
            <SegmentedControl
              aria-labelledby="transport"
              data={fields.transports}
              value={values.transport ?? fields.defaultTransport}
              onChange={(transport) => update({ transport })}
            />
          </Stack>
        )}
        <Group>
          <Button
            variant="default"
            onClick={testAddress}
            disabled={!values.stream || probing}
            leftSection={probing ? <Loader size="xs" /> : undefined}
          >
            {probing ? t("addCamera.testing") : t("addCamera.test")}
          </Button>
        </Group>
        {probeResult && <ProbeReport result={probeResult} />}
        <Group grow align="flex-start">
          <TextInput
            label={t("common.name")}
            value={values.name}
            onChange={(event) => update({ name: event.currentTarget.value })}
          />
          <TextInput
            label={t("addCamera.id")}
            description={t("addCamera.idHelp")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={id}
            onChange={(event) => update({ id: event.currentTarget.value })}
            error={idError()}
            required
          />
        </Group>
        <Select
          label={t("addCamera.model")}
          data={models.filter((model) => !model.needs_export).map((model) => model.name)}
          value={values.model}
          onChange={(model) => update({ model })}
          placeholder={t("common.inherited")}
          error={errorAt("override.model") ?? errorAt("tracking.model")}
          clearable
        />
        <TagsInput
          label={t("addCamera.classes")}
          description={t("addCamera.classesHelp")}
          data={["person"]}
          value={values.classes}
          onChange={(classes) => update({ classes })}
          error={errorAt("classes_filter")}
        />
        {error !== null && !isShownAtField && <ErrorAlert error={error} />}
        <Group>
          <Button type="submit" disabled={!values.stream || !idIsValid || idIsTaken}>
            {t("common.add")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
