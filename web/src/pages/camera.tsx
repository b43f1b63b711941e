import {
  Alert,
  Anchor,
  Button,
  Card,
  Checkbox,
  Grid,
  Group,
  NumberInput,
  Skeleton,
  Stack,
  Table,
  TagsInput,
  Tabs,
  Text,
  Title,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, api } from "../api/client";
import { type Point, telemetry, useStanding } from "../api/telemetry";
import type { CameraView, Region, Status } from "../api/types";
import { ErrorBox, words } from "../components/error-box";
import { Events } from "../components/events";
import { Figures, oneDecimal } from "../components/figures";
import { OscMonitor } from "../components/osc-monitor";
import { Plot } from "../components/plot";
import { Stage } from "../components/stage";
import { StateBadge } from "../components/state-badge";
import { RegionBox, RegionFields, useRegion } from "../components/region";
import { Tuning } from "../components/tuning";
import { links } from "../router";
import { Wide } from "../components/wide";

/** One camera: its picture, its settings and what happens in front of it. */
export function CameraPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const standing = useStanding();
  const [view, setView] = useState<CameraView | null>(null);
  const [error, setError] = useState<unknown>(null);

  const load = useCallback(() => {
    setError(null);
    api.camera(id).then(setView, setError);
  }, [id]);
  useEffect(load, [load, standing.configSeq]);
  useEffect(() => {
    api.events(id).then(({ events }) => telemetry.setEvents(id, events), () => undefined);
  }, [id]);

  if (error instanceof ApiError && error.status === 404) {
    return (
      <Stack align="flex-start">
        <Title order={1} size="h2">
          {t("notFound", { id })}
        </Title>
        <Anchor href={links.cameras}>{t("back")}</Anchor>
      </Stack>
    );
  }
  if (error && !view) return <ErrorBox error={error} retry={load} />;
  if (!view) return <Skeleton height={400} aria-label={t("loading")} role="status" />;
  const status = standing.cameras.find((camera) => camera.id === id) ?? view.status;
  return <Whole view={view} status={status} changed={setView} />;
}

interface Part {
  view: CameraView;
  status: Status;
  changed: (view: CameraView) => void;
}

function Whole({ view, status, changed }: Part) {
  const { t } = useTranslation();
  const { id } = view.config;
  const [picture, setPicture] = useState(true);
  const [layers, setLayers] = useState({ boxes: true, trails: true, labels: true });
  const region = useRegion(view.config.roi, status.frame_size);

  const failed = (error: unknown) => {
    notifications.show({ color: "red", message: words(error, t("unreachable")) });
  };
  const patch = (change: unknown) => api.patchCamera(id, change).then(changed);
  const applyRegion = (roi: Region | null) => {
    patch({ roi }).then(region.close, failed);
  };

  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Anchor href={links.cameras}>← {t("back")}</Anchor>
          <Title order={1} size="h2">
            {view.config.name || id}
          </Title>
          <StateBadge state={status.source_state} />
        </Group>
        <Group gap="xs">
          <Button
            variant="default"
            onClick={() => void api.enable(id, !status.enabled).then(changed, failed)}
          >
            {status.enabled ? t("stop") : t("start")}
          </Button>
          <Button
            variant="default"
            onClick={() =>
              void api
                .reset(id)
                .then(() => notifications.show({ message: t("resetSlotsDone") }), failed)
            }
          >
            {t("resetSlots")}
          </Button>
        </Group>
      </Group>
      {status.problem && (
        <Alert color="orange" role="alert">
          <Text style={{ overflowWrap: "anywhere" }}>{status.problem}</Text>
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <Stage
              status={status}
              fps={12}
              width={960}
              picture={picture}
              layers={layers}
              pointer={region.editing ? region.pointer : undefined}
            >
              <RegionBox region={region.shown} editing={region.editing} />
            </Stage>
            <Group gap="md">
              <Checkbox
                label={t("picture")}
                checked={picture}
                onChange={(event) => setPicture(event.currentTarget.checked)}
              />
              {(["boxes", "trails", "labels"] as const).map((layer) => (
                <Checkbox
                  key={layer}
                  label={t(layer)}
                  checked={layers[layer]}
                  onChange={(event) => {
                    const on = event.currentTarget.checked;
                    setLayers((old) => ({ ...old, [layer]: on }));
                  }}
                />
              ))}
              <Checkbox
                label={t("showPreview")}
                checked={view.config.show_preview}
                onChange={(event) => {
                  patch({ show_preview: event.currentTarget.checked }).catch(failed);
                }}
              />
              {!region.editing && (
                <Button variant="default" size="compact-sm" onClick={region.open}>
                  {t("editRegion")}
                </Button>
              )}
            </Group>
            {region.editing && (
              <Card withBorder>
                <Stack gap="sm">
                  <Text>{t("editRegionHelp")}</Text>
                  <RegionFields value={region.shown} set={region.set} />
                  <Group gap="xs">
                    <Button disabled={!region.shown} onClick={() => applyRegion(region.shown)}>
                      {t("apply")}
                    </Button>
                    <Button variant="default" onClick={() => applyRegion(null)}>
                      {t("clear")}
                    </Button>
                    <Button variant="default" onClick={region.close}>
                      {t("cancel")}
                    </Button>
                  </Group>
                </Stack>
              </Card>
            )}
            <Numbers status={status} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Card withBorder component="section" aria-label={t("tuning")}>
            <Stack>
              <Title order={2} size="h4">
                {t("tuning")}
              </Title>
              <Tuning view={view} patch={patch} />
              <Filter view={view} status={status} patch={patch} />
            </Stack>
          </Card>
        </Grid.Col>
      </Grid>
      <Tabs defaultValue="events" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="events">{t("events")}</Tabs.Tab>
          <Tabs.Tab value="plots">{t("plots")}</Tabs.Tab>
          <Tabs.Tab value="outputs">{t("outputs")}</Tabs.Tab>
          <Tabs.Tab value="osc">{t("osc")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events" pt="md">
          <Events camera={id} />
        </Tabs.Panel>
        <Tabs.Panel value="plots" pt="md">
          <Plots camera={id} />
        </Tabs.Panel>
        <Tabs.Panel value="outputs" pt="md">
          <Outputs status={status} />
        </Tabs.Panel>
        <Tabs.Panel value="osc" pt="md">
          <OscMonitor id={id} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Numbers({ status }: { status: Status }) {
  const { t } = useTranslation();
  const size = status.frame_size;
  return (
    <Figures
      of={[
        [t("fps"), `${oneDecimal(status.fps_proc)} / ${oneDecimal(status.fps_in)}`],
        [t("latency"), `${oneDecimal(status.latency_ms)} ms`],
        [t("slots"), t("slotsOf", status.slots)],
        [t("held"), status.slots.held],
        [t("waiting"), status.slots.waiting],
        [t("dropped"), status.dropped],
        [t("reconnects"), status.reconnects],
        [t("model"), status.model === "none" ? "–" : status.model],
        [t("device"), status.device ?? "–"],
        [t("size"), size ? `${size.width} x ${size.height}` : "–"],
        ...(status.remote
          ? ([
              [t("node"), status.remote.node],
              [t("clockOffset"), `${status.remote.clock_offset_ms.toFixed(1)} ms`],
            ] as [string, string][])
          : []),
      ]}
    />
  );
}

function Filter({
  view,
  status,
  patch,
}: {
  view: CameraView;
  status: Status;
  patch: (change: unknown) => Promise<void>;
}) {
  const { t } = useTranslation();
  const [error, setError] = useState<string | null>(null);
  const send = (change: unknown) => {
    setError(null);
    patch(change).catch((e: unknown) => setError(words(e, t("unreachable"))));
  };
  return (
    <>
      <NumberInput
        label={t("maxFps")}
        description={t("maxFpsHelp")}
        min={0}
        max={240}
        value={view.config.max_fps}
        onChange={(value) => typeof value === "number" && send({ max_fps: value })}
      />
      <TagsInput
        label={t("classes")}
        description={t("classesHelp")}
        data={status.classes}
        value={view.config.classes_filter.map(String)}
        onChange={(classes) => send({ classes_filter: classes })}
        error={error}
        maxDropdownHeight={200}
      />
    </>
  );
}

function Plots({ camera }: { camera: string }) {
  const { t } = useTranslation();
  // The same lines each time, or the plots would be made anew.
  const [rates, latency, slots] = useMemo(
    () => [
      [
        { label: t("fpsIn"), colour: "#0072b2", of: (p: Point) => p.fpsIn },
        { label: t("fpsProc"), colour: "#d55e00", of: (p: Point) => p.fpsProc },
      ],
      [{ label: "ms", colour: "#009e73", of: (p: Point) => p.latency }],
      [{ label: t("slots"), colour: "#cc79a7", of: (p: Point) => p.active }],
    ],
    [t],
  );
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Plot camera={camera} title={t("fps")} lines={rates ?? []} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Plot camera={camera} title={`${t("latency")}, ms`} lines={latency ?? []} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Plot camera={camera} title={t("slots")} lines={slots ?? []} />
      </Grid.Col>
    </Grid>
  );
}

function Outputs({ status }: { status: Status }) {
  const { t } = useTranslation();
  return (
    <Wide label={t("outputs")}>
      <Table className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("sink")}</Table.Th>
            <Table.Th>{t("sent")}</Table.Th>
            <Table.Th>{t("notSent")}</Table.Th>
            <Table.Th>{t("skipped")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {status.sinks.map((sink, index) => (
            <Table.Tr key={`${sink.name} ${index}`}>
              <Table.Td>
                {sink.name}
                {sink.broken && (
                  <Text c="var(--mantine-color-error)">
                    {t("broken")}: {sink.broken}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{sink.sent}</Table.Td>
              <Table.Td>{sink.failed}</Table.Td>
              <Table.Td>{sink.dropped}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}
