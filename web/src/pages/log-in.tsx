import { Alert, Button, Container, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, api } from "../api/client";
import { words } from "../components/error-box";

/** Asks for the token. */
export function LogIn({ done }: { done: () => void }) {
  const { t } = useTranslation();
  const [token, setToken] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    api
      .logIn(token.trim())
      .then(done, setError)
      .finally(() => setBusy(false));
  };

  const said = () => {
    if (error instanceof ApiError && error.status === 401) return t("wrongToken");
    if (error instanceof ApiError && error.status === 429) {
      return t("tooMany", { seconds: error.retryAfter ?? 60 });
    }
    return words(error, t("unreachable"));
  };

  return (
    <Container size="xs" py="xl" component="main">
      <form onSubmit={submit}>
        <Stack>
          <Title order={1}>rextrack</Title>
          <Text>{t("logInText")}</Text>
          <PasswordInput
            label={t("token")}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="current-password"
            required
            data-autofocus
          />
          {error !== null && (
            <Alert color="red" role="alert">
              {said()}
            </Alert>
          )}
          <Button type="submit" loading={busy}>
            {t("logIn")}
          </Button>
        </Stack>
      </form>
    </Container>
  );
}
