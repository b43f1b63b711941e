import { Badge, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { LogLevel, LogLine } from "../../api/types";
import { ErrorAlert } from "../../components/error-alert";
import { ScrollBox } from "../../components/scroll-box";

const REFRESH_MS = 2000;
const LEVEL_COLOURS: Record<LogLevel, string> = {
  error: "#b3261e",
  warn: "#9a3d00",
  info: "#1864ab",
  debug: "#495057",
  trace: "#495057",
};
/** The most severe first. */
const LEVELS = Object.keys(LEVEL_COLOURS) as LogLevel[];

/** The latest lines of the log, the newest first. */
export function LogTab() {
  const { t } = useTranslation();
  const [lines, setLines] = useState<LogLine[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [level, setLevel] = useState<LogLevel | null>(null);
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

  const cameras = [...new Set(lines.flatMap((line) => line.camera ?? []))];
  const levels = level ? LEVELS.slice(0, LEVELS.indexOf(level) + 1) : LEVELS;
  const shownLines = lines
    .filter((line) => levels.includes(line.level))
    .filter((line) => camera === null || line.camera === camera)
    .toReversed();
  return (
    <Stack>
      <Group>
        <Select
          label={t("log.level")}
          data={LEVELS}
          value={level}
          onChange={setLevel}
          placeholder={t("log.all")}
          clearable
        />
        <Select
          label={t("log.camera")}
          data={cameras}
          value={camera}
          onChange={setCamera}
          placeholder={t("log.all")}
          clearable
        />
      </Group>
      {error !== null && <ErrorAlert error={error} />}
      {shownLines.length === 0 && <Text c="dimmed">{t("log.empty")}</Text>}
      {shownLines.length > 0 && (
        <ScrollBox label={t("settings.tabLog")}>
          <Table className="log">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("log.time")}</Table.Th>
                <Table.Th>{t("log.level")}</Table.Th>
                <Table.Th>{t("log.camera")}</Table.Th>
                <Table.Th>{t("log.message")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shownLines.map((line, index) => (
                <Table.Tr key={shownLines.length - index}>
                  <Table.Td>{new Date(line.time).toLocaleTimeString()}</Table.Td>
                  <Table.Td>
                    <Badge color={LEVEL_COLOURS[line.level]} size="sm">
                      {line.level}
                    </Badge>
                  </Table.Td>
                  <Table.Td>{line.camera}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{line.message}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </Stack>
  );
}
