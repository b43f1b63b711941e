import { Badge, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import type { LogLine } from "../api/types";
import { ErrorBox } from "../components/error-box";
import { Wide } from "../components/wide";

const REFRESH_MS = 2000;
const LEVELS = ["error", "warn", "info", "debug", "trace"] as const;
const COLOURS = {
  error: "#b3261e",
  warn: "#9a3d00",
  info: "#1864ab",
  debug: "#495057",
  trace: "#495057",
} as const;

/** The newest lines of the log, the newest first. */
export function LogTab() {
  const { t } = useTranslation();
  const [lines, setLines] = useState<LogLine[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [level, setLevel] = useState<string | null>(null);
  const [camera, setCamera] = useState<string | null>(null);

  useEffect(() => {
    const load = () => {
      if (document.hidden) return;
      api.logs().then(({ lines }) => {
        setLines(lines);
        setError(null);
      }, setError);
    };
    load();
    const timer = window.setInterval(load, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, []);

  const cameras = [...new Set(lines.flatMap((line) => (line.camera ? [line.camera] : [])))];
  const most = level ? LEVELS.indexOf(level as (typeof LEVELS)[number]) : LEVELS.length;
  const shown = lines
    .filter((line) => LEVELS.indexOf(line.level) <= most)
    .filter((line) => camera === null || line.camera === camera)
    .toReversed();
  return (
    <Stack>
      <Group>
        <Select
          label={t("level")}
          data={[...LEVELS]}
          value={level}
          onChange={setLevel}
          placeholder={t("all")}
          clearable
        />
        <Select
          label={t("camera")}
          data={cameras}
          value={camera}
          onChange={setCamera}
          placeholder={t("all")}
          clearable
        />
      </Group>
      {error !== null && <ErrorBox error={error} />}
      {shown.length === 0 && <Text c="dimmed">{t("noLog")}</Text>}
      {shown.length > 0 && (
        <Wide label={t("tabLog")}>
          <Table className="log">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("time")}</Table.Th>
                <Table.Th>{t("level")}</Table.Th>
                <Table.Th>{t("camera")}</Table.Th>
                <Table.Th>{t("message")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((line, index) => (
                <Table.Tr key={shown.length - index}>
                  <Table.Td>{new Date(line.time).toLocaleTimeString()}</Table.Td>
                  <Table.Td>
                    <Badge color={COLOURS[line.level]} size="sm">
                      {line.level}
                    </Badge>
                  </Table.Td>
                  <Table.Td>{line.camera}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{line.message}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
    </Stack>
  );
}
