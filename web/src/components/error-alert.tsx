import { Alert, Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useErrorMessage } from "./use-error-message";

/** An error, with a button to try again where `onRetry` is given. */
export function ErrorAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const errorMessage = useErrorMessage();
  return (
    <Alert color="red" role="alert">
      <Stack gap="sm" align="flex-start">
        <Text style={{ whiteSpace: "pre-line" }}>{errorMessage(error)}</Text>
        {onRetry && (
          <Button variant="default" size="compact-sm" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
