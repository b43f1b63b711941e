import { Alert, Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/client";

/** An error in the service's words, and a way to try again. */
export function ErrorBox({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" role="alert">
      <Stack gap="sm" align="flex-start">
        <Text style={{ whiteSpace: "pre-line" }}>{words(error, t("unreachable"))}</Text>
        {retry && (
          <Button variant="default" size="compact-sm" onClick={retry}>
            {t("retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** What an error says, for a line of text. */
export function words(error: unknown, unreachable: string): string {
  if (error instanceof ApiError) return error.message || unreachable;
  return error instanceof Error ? error.message : String(error);
}
