import { Alert, Button, Container, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/api-error";
import { api } from "../api/client";
import { useErrorMessage } from "../components/use-error-message";

export function LogInPage({ onLoggedIn }: { onLoggedIn: () => void }) {
  const { t } = useTranslation();
  const errorMessage = useErrorMessage();
  const [token, setToken] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    api
      .logIn(token.trim())
      .then(onLoggedIn, setError)
      .finally(() => setBusy(false));
  };

  const logInError = () => {
    if (error instanceof ApiError && error.status === 401) return t("logIn.wrongToken");
    if (error instanceof ApiError && error.status === 429) {
      return t("logIn.tooManyAttempts", { seconds: error.retryAfterSeconds ?? 60 });
    }
    return errorMessage(error);
  };

  return (
    <Container size="xs" py="xl" component="main">
      <form onSubmit={submit}>
        <Stack>
          <Title order={1}>rextrack</Title>
          <Text>{t("logIn.text")}</Text>
          <PasswordInput
            label={t("logIn.token")}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="current-password"
            required
            data-autofocus
          />
          {error !== null && (
            <Alert color="red" role="alert">
              {logInError()}
            </Alert>
          )}
          <Button type="submit" loading={busy}>
            {t("logIn.submit")}
          </Button>
        </Stack>
      </form>
    </Container>
  );
}
