import { Alert, Badge, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Model, Models } from "../../api/types";
import { ErrorAlert } from "../../components/error-alert";
import { oneDecimal } from "../../components/metric-list";
import { ScrollBox } from "../../components/scroll-box";

/** The models that cameras can use, and their licences. */
export function ModelsTab() {
  const { t } = useTranslation();
  const [list, setList] = useState<Models | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = useCallback(() => {
    setError(null);
    api.models().then(setList, setError);
  }, []);
  useEffect(load, [load]);

  if (error) return <ErrorAlert error={error} onRetry={load} />;
  if (!list) return <Skeleton height={200} aria-label={t("common.loading")} role="status" />;
  return (
    <Stack>
      <Text>{t("models.folder", { dir: list.models_dir })}</Text>
      <ScrollBox label={t("settings.tabModels")}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("common.name")}</Table.Th>
              <Table.Th>{t("models.family")}</Table.Th>
              <Table.Th>{t("models.size")}</Table.Th>
              <Table.Th>{t("models.licence")}</Table.Th>
              <Table.Th>{t("models.usedBy")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.models.map((model) => (
              <Table.Tr key={model.name}>
                <Table.Td>{model.name}</Table.Td>
                <Table.Td>{model.family ?? "–"}</Table.Td>
                <Table.Td className="tabular-numbers">
                  {model.file
                    ? t("models.megabytes", { value: oneDecimal(model.size_bytes / 1e6) })
                    : t("models.builtin")}
                </Table.Td>
                <Table.Td>
                  <ModelLicence model={model} />
                </Table.Td>
                <Table.Td>
                  <Group gap={4}>
                    {model.in_use.map((camera) => (
                      <Badge key={camera} color="#495057" tt="none">
                        {camera}
                      </Badge>
                    ))}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
    </Stack>
  );
}

function ModelLicence({ model }: { model: Model }) {
  const { t } = useTranslation();
  if (model.needs_export) return <Text>{t("models.needsExport")}</Text>;
  if (!model.licence) {
    // A model without a file is part of the program.
    return <Text c="dimmed">{model.file ? t("models.licenceUnknown") : "MIT / Apache-2.0"}</Text>;
  }
  return (
    <Stack gap={4}>
      <Text>{model.licence}</Text>
      {model.licence.includes("AGPL") && (
        <Alert color="orange" p="xs">
          {t("models.agpl")}
        </Alert>
      )}
    </Stack>
  );
}
