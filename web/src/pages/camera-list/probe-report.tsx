import { Alert, Image, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ProbeResult } from "../../api/types";

/** The first picture from a tested address, or the reason why there is none. */
export function ProbeReport({ result }: { result: ProbeResult }) {
  const { t } = useTranslation();
  if (!result.ok || !result.picture) {
    return (
      <Alert color="orange" title={t("addCamera.testFailed")} role="alert">
        <Text style={{ overflowWrap: "anywhere" }}>{result.reason}</Text>
      </Alert>
    );
  }
  const { width, height, ms } = result;
  const summary = t("addCamera.testOk", { width, height, ms });
  return (
    <Stack gap={4} role="status">
      <Image src={result.picture} alt={summary} radius="md" mah={240} fit="contain" />
      <Text>{summary}</Text>
    </Stack>
  );
}
