import { Center, Container, Loader } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, onUnauthorised } from "./api/client";
import { telemetry } from "./api/telemetry";
import type { SessionStatus } from "./api/types";
import { ErrorAlert } from "./components/error-alert";
import { LogInPage } from "./pages/log-in-page";
import { Shell } from "./shell";

/** The log-in page, or the pages behind it. */
export function App() {
  const { t } = useTranslation();
  const [session, setSession] = useState<SessionStatus | null>(null);
  const [error, setError] = useState<unknown>(null);

  const loadSession = useCallback(() => {
    setError(null);
    api.session().then(setSession, setError);
  }, []);
  useEffect(loadSession, [loadSession]);
  useEffect(
    () => onUnauthorised(() => setSession({ auth: "token", logged_in: false })),
    [],
  );
  const loggedIn = session?.logged_in ?? false;
  useEffect(() => {
    if (!loggedIn) return;
    telemetry.connect();
    return () => telemetry.disconnect();
  }, [loggedIn]);

  if (error) {
    return (
      <Container size="xs" py="xl" component="main">
        <ErrorAlert error={error} onRetry={loadSession} />
      </Container>
    );
  }
  if (!session) {
    return (
      <Center h="100vh" component="main">
        <Loader aria-label={t("common.loading")} />
      </Center>
    );
  }
  if (!loggedIn) return <LogInPage onLoggedIn={loadSession} />;
  return <Shell canLogOut={session.auth === "token"} onLoggedOut={loadSession} />;
}
