import {
  ActionIcon,
  Alert,
  Anchor,
  AppShell,
  Button,
  Center,
  Container,
  Group,
  Loader,
  Menu,
  Text,
  useMantineColorScheme,
} from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, api, onUnauthorised } from "./api/client";
import { telemetry, useStanding } from "./api/telemetry";
import type { Session } from "./api/types";
import { ErrorBox } from "./components/error-box";
import { LANGUAGES, type Language, setLanguage } from "./i18n";
import { CameraPage } from "./pages/camera";
import { CamerasPage } from "./pages/cameras";
import { LogIn } from "./pages/log-in";
import { SettingsPage } from "./pages/settings";
import { links, useRoute } from "./router";

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [error, setError] = useState<ApiError | null>(null);

  const look = () => {
    setError(null);
    api.session().then(setSession, setError);
  };
  useEffect(look, []);
  useEffect(
    () => onUnauthorised(() => setSession({ auth: "token", logged_in: false })),
    [],
  );
  const loggedIn = session?.logged_in ?? false;
  useEffect(() => {
    if (!loggedIn) return;
    telemetry.open();
    return () => telemetry.shut();
  }, [loggedIn]);

  if (error) {
    return (
      <Container size="xs" py="xl" component="main">
        <ErrorBox error={error} retry={look} />
      </Container>
    );
  }
  if (!session) {
    return (
      <Center h="100vh" component="main">
        <Loader aria-label="…" />
      </Center>
    );
  }
  if (!loggedIn) return <LogIn done={look} />;
  return <Shell session={session} loggedOut={look} />;
}

function Shell({ session, loggedOut }: { session: Session; loggedOut: () => void }) {
  const { t } = useTranslation();
  const route = useRoute();
  const standing = useStanding();
  const lost = standing.known && !standing.connected;

  useEffect(() => {
    const place = route.page === "camera" ? route.id : t(route.page);
    document.title = `${place} · rextrack`;
  }, [route, t]);

  return (
    <AppShell header={{ height: 56 }} padding="md">
      <AppShell.Header>
        <a className="skip" href="#main" onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}>
          {t("skip")}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group component="nav" gap="md" wrap="nowrap" aria-label="rextrack">
            <Anchor href={links.cameras} fw={700} c="var(--mantine-color-text)" underline="never">
              rextrack
            </Anchor>
            <Anchor
              href={links.cameras}
              aria-current={route.page !== "settings" ? "page" : undefined}
              c="var(--mantine-color-text)"
              fw={route.page !== "settings" ? 600 : 400}
            >
              {t("cameras")}
            </Anchor>
            <Anchor
              href={links.settings()}
              aria-current={route.page === "settings" ? "page" : undefined}
              c="var(--mantine-color-text)"
              fw={route.page === "settings" ? 600 : 400}
            >
              {t("settings")}
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Text c="dimmed" visibleFrom="sm" title={standing.version}>
              {standing.node}
            </Text>
            <LanguageMenu />
            <SchemeMenu />
            {session.auth === "token" && (
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => void api.logOut().then(loggedOut, loggedOut)}
              >
                {t("logOut")}
              </Button>
            )}
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="main" tabIndex={-1}>
        {lost && (
          <Alert color="orange" title={t("lostTitle")} mb="md" role="alert">
            {t("lostText")}
          </Alert>
        )}
        {standing.fileProblem && (
          <Alert color="red" title={t("fileProblem")} mb="md" role="alert">
            <Text style={{ whiteSpace: "pre-line" }}>{standing.fileProblem}</Text>
          </Alert>
        )}
        <div className={lost ? "stale" : undefined}>
          {route.page === "cameras" && <CamerasPage />}
          {route.page === "camera" && <CameraPage key={route.id} id={route.id} />}
          {route.page === "settings" && <SettingsPage tab={route.tab} />}
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`${i18n.language.toUpperCase()}: ${t("language")}`}>
          {i18n.language.toUpperCase()}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <Menu.Item key={language} lang={language} onClick={() => setLanguage(language)}>
            {LANGUAGES[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeMenu() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t("scheme")}>
          <span aria-hidden>◐</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => setColorScheme("auto")}>{t("schemeAuto")}</Menu.Item>
        <Menu.Item onClick={() => setColorScheme("light")}>{t("schemeLight")}</Menu.Item>
        <Menu.Item onClick={() => setColorScheme("dark")}>{t("schemeDark")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
