import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { SinkStatus } from "../../api/types";
import { ScrollBox } from "../../components/scroll-box";

/** A camera's outputs and their counters. */
export function SinkTable({ sinks }: { sinks: SinkStatus[] }) {
  const { t } = useTranslation();
  return (
    <ScrollBox label={t("camera.tabOutputs")}>
      <Table className="tabular-numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("outputs.sink")}</Table.Th>
            <Table.Th>{t("outputs.sent")}</Table.Th>
            <Table.Th>{t("outputs.failed")}</Table.Th>
            <Table.Th>{t("outputs.dropped")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sinks.map((sink, index) => (
            <Table.Tr key={`${sink.name} ${index}`}>
              <Table.Td>
                {sink.name}
                {sink.problem && (
                  <Text c="var(--mantine-color-error)">
                    {t("outputs.problem", { problem: sink.problem })}
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
    </ScrollBox>
  );
}
