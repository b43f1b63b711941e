import {
  Alert,
  Button,
  Code,
  Group,
  Image,
  Loader,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, api } from "../api/client";
import type { Model, Probe } from "../api/types";
import { words } from "../components/error-box";

const EXAMPLES = [
  "rtsp://USER:PASSWORD@192.168.1.10/stream1",
  "webcam:0",
  "synth:people=5,seed=1",
];
const ID = /^[A-Za-z0-9_-]{1,32}$/;

interface Draft {
  stream: string;
  id: string;
  name: string;
  transport: "tcp" | "udp";
  model: string | null;
  classes: string[];
}

const EMPTY: Draft = { stream: "", id: "", name: "", transport: "tcp", model: null, classes: [] };

/** A short name made of one for people. */
export function proposed(name: string, taken: string[]): string {
  const plain = name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 28);
  const base = plain || "cam";
  if (plain && !taken.includes(base)) return base;
  for (let n = 1; ; n++) {
    const id = `${base}${n}`;
    if (!taken.includes(id)) return id;
  }
}

interface Props {
  opened: boolean;
  close: () => void;
  taken: string[];
}

/** A camera's address tried out, and the camera added. */
export function AddCamera({ opened, close, taken }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(EMPTY);
  const [ownId, setOwnId] = useState(false);
  const [models, setModels] = useState<Model[]>([]);
  const [probe, setProbe] = useState<Probe | null>(null);
  const [probing, setProbing] = useState(false);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    if (!opened) return;
    setDraft(EMPTY);
    setOwnId(false);
    setProbe(null);
    setError(null);
    api.models().then(({ models }) => setModels(models), () => undefined);
  }, [opened]);

  const set = (change: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...change }));
    setError(null);
  };
  const id = ownId ? draft.id : proposed(draft.name, taken);
  const at = (path: string) => {
    const found = error instanceof ApiError ? error.errors.find((e) => e.path === path) : null;
    return found?.message;
  };
  const idError = () => {
    if (!ID.test(id)) return t("idWrong");
    if (taken.includes(id)) return t("idTaken");
    return at("id");
  };
  const shownAtFields = ["stream", "id", "override.model", "tracking.model", "classes_filter"];
  const elsewhere =
    error !== null &&
    !(error instanceof ApiError && error.errors.some((e) => shownAtFields.includes(e.path)));

  const test = () => {
    setProbing(true);
    setProbe(null);
    api
      .probe(draft.stream, draft.transport)
      .then(setProbe, setError)
      .finally(() => setProbing(false));
  };
  const add = () => {
    const { stream, name, transport, model, classes } = draft;
    const config = {
      id,
      ...(name ? { name } : {}),
      stream: stream.trim(),
      // Who adds a camera here wants to see it here.
      show_preview: true,
      ...(transport === "udp" ? { rtsp_transport: transport } : {}),
      ...(classes.length > 0 ? { classes_filter: classes } : {}),
      ...(model ? { override: { model } } : {}),
    };
    api.addCamera(config).then(close, setError);
  };

  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("addCamera")}
      size="lg"
      closeButtonProps={{ "aria-label": t("cancel") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Stack>
          <TextInput
            label={t("address")}
            description={t("addressHelp")}
            value={draft.stream}
            onChange={(event) => {
              set({ stream: event.currentTarget.value });
              setProbe(null);
            }}
            error={at("stream")}
            required
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          <Group gap={6}>
            {EXAMPLES.map((example) => (
              <Button
                key={example}
                variant="default"
                size="compact-xs"
                onClick={() => set({ stream: example })}
              >
                <Code>{example}</Code>
              </Button>
            ))}
          </Group>
          {draft.stream.startsWith("rtsp") && (
            <Stack gap={4}>
              <Text id="transport">{t("transport")}</Text>
              <SegmentedControl
                aria-labelledby="transport"
                data={["tcp", "udp"]}
                value={draft.transport}
                onChange={(transport) => set({ transport: transport as "tcp" | "udp" })}
              />
            </Stack>
          )}
          <Group>
            <Button
              variant="default"
              onClick={test}
              disabled={!draft.stream || probing}
              leftSection={probing ? <Loader size="xs" /> : undefined}
            >
              {probing ? t("testing") : t("test")}
            </Button>
          </Group>
          {probe && <ProbeResult probe={probe} />}
          <Group grow align="flex-start">
            <TextInput
              label={t("name")}
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label={t("id")}
              description={t("idHelp")}
              inputWrapperOrder={["label", "input", "description", "error"]}
              value={id}
              onChange={(event) => {
                setOwnId(true);
                set({ id: event.currentTarget.value });
              }}
              error={idError()}
              required
            />
          </Group>
          <Select
            label={t("model")}
            data={models.filter((m) => !m.needs_export).map((m) => m.name)}
            value={draft.model}
            onChange={(model) => set({ model })}
            placeholder={t("inherited")}
            error={at("override.model") ?? at("tracking.model")}
            clearable
          />
          <TagsInput
            label={t("classes")}
            description={t("classesHelp")}
            data={["person"]}
            value={draft.classes}
            onChange={(classes) => set({ classes })}
            error={at("classes_filter")}
          />
          {elsewhere && (
            <Alert color="red" role="alert">
              <Text style={{ whiteSpace: "pre-line" }}>{words(error, t("unreachable"))}</Text>
            </Alert>
          )}
          <Group>
            <Button type="submit" disabled={!draft.stream || !ID.test(id) || taken.includes(id)}>
              {t("add")}
            </Button>
            <Button variant="default" onClick={close}>
              {t("cancel")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ProbeResult({ probe }: { probe: Probe }) {
  const { t } = useTranslation();
  if (!probe.ok || !probe.picture) {
    return (
      <Alert color="orange" title={t("testFailed")} role="alert">
        <Text style={{ overflowWrap: "anywhere" }}>{probe.reason}</Text>
      </Alert>
    );
  }
  const { width, height, ms } = probe;
  const about = t("testOk", { width, height, ms });
  return (
    <Stack gap={4} role="status">
      <Image src={probe.picture} alt={about} radius="md" mah={240} fit="contain" />
      <Text>{about}</Text>
    </Stack>
  );
}
