import { Alert, Badge, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import type { Model } from "../api/types";
import { ErrorBox } from "../components/error-box";
import { Wide } from "../components/wide";

/** The models there are, and under which terms. */
export function ModelsTab() {
  const { t } = useTranslation();
  const [found, setFound] = useState<{ models_dir: string; models: Model[] } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = useCallback(() => {
    setError(null);
    api.models().then(setFound, setError);
  }, []);
  useEffect(load, [load]);

  if (error) return <ErrorBox error={error} retry={load} />;
  if (!found) return <Skeleton height={200} aria-label={t("loading")} role="status" />;
  return (
    <Stack>
      <Text>{t("modelsDir", { dir: found.models_dir })}</Text>
      <Wide label={t("tabModels")}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("name")}</Table.Th>
              <Table.Th>{t("family")}</Table.Th>
              <Table.Th>{t("size")}</Table.Th>
              <Table.Th>{t("licence")}</Table.Th>
              <Table.Th>{t("inUse")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.models.map((model) => (
              <Table.Tr key={model.name}>
                <Table.Td>{model.name}</Table.Td>
                <Table.Td>{model.family ?? "–"}</Table.Td>
                <Table.Td className="numbers">
                  {model.file ? `${(model.size_bytes / 1e6).toFixed(1)} MB` : t("builtin")}
                </Table.Td>
                <Table.Td>
                  <Licence model={model} />
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
      </Wide>
    </Stack>
  );
}

function Licence({ model }: { model: Model }) {
  const { t } = useTranslation();
  if (model.needs_export) return <Text>{t("needsExport")}</Text>;
  if (!model.licence) return <Text c="dimmed">{model.file ? t("unknown") : "MIT / Apache-2.0"}</Text>;
  return (
    <Stack gap={4}>
      <Text>{model.licence}</Text>
      {model.licence.includes("AGPL") && (
        <Alert color="orange" p="xs">
          {t("agpl")}
        </Alert>
      )}
    </Stack>
  );
}
