import { Alert, Anchor, AppShell, Button, Group, Text } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api } from "./api/client";
import { useTelemetry } from "./api/telemetry";
import { ColorSchemeMenu } from "./components/color-scheme-menu";
import { LanguageMenu } from "./components/language-menu";
import { CameraPage } from "./pages/camera/camera-page";
import { CameraListPage } from "./pages/camera-list/camera-list-page";
import { SettingsPage } from "./pages/settings/settings-page";
import { links, useRoute } from "./router";

interface ShellProps {
  canLogOut: boolean;
  onLoggedOut: () => void;
}

/** The header, alerts about the service, and the current page. */
export function Shell({ canLogOut, onLoggedOut }: ShellProps) {
  const { t } = useTranslation();
  const route = useRoute();
  const telemetry = useTelemetry();
  const connectionLost = telemetry.loaded && !telemetry.connected;
  const inSettings = route.page === "settings";

  useEffect(() => {
    const title = route.page === "camera" ? route.id : t(`shell.${route.page}`);
    document.title = `${title} · rextrack`;
  }, [route, t]);

  return (
    <AppShell header={{ height: 56 }} padding="md">
      <AppShell.Header>
        <a
          className="skip-link"
          href="#main"
          onClick={(event) => {
            // The hash belongs to the router.
            event.preventDefault();
            document.getElementById("main")?.focus();
          }}
        >
          {t("shell.skipLink")}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group component="nav" gap="md" wrap="nowrap" aria-label="rextrack">
            <Anchor href={links.cameras} fw={700} c="var(--mantine-color-text)" underline="never">
              rextrack
            </Anchor>
            <NavLink href={links.cameras} label={t("shell.cameras")} current={!inSettings} />
            <NavLink href={links.settings()} label={t("shell.settings")} current={inSettings} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Text c="dimmed" visibleFrom="sm" title={telemetry.version}>
              {telemetry.node}
            </Text>
            <LanguageMenu />
            <ColorSchemeMenu />
            {canLogOut && (
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => void api.logOut().then(onLoggedOut, onLoggedOut)}
              >
                {t("shell.logOut")}
              </Button>
            )}
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="main" tabIndex={-1}>
        {connectionLost && (
          <Alert color="orange" title={t("shell.disconnectedTitle")} mb="md" role="alert">
            {t("shell.disconnectedText")}
          </Alert>
        )}
        {telemetry.fileProblem && (
          <Alert color="red" title={t("shell.fileProblem")} mb="md" role="alert">
            <Text style={{ whiteSpace: "pre-line" }}>{telemetry.fileProblem}</Text>
          </Alert>
        )}
        <div className={connectionLost ? "stale" : undefined}>
          {route.page === "cameras" && <CameraListPage />}
          {route.page === "camera" && <CameraPage key={route.id} id={route.id} />}
          {route.page === "settings" && <SettingsPage tab={route.tab} />}
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function NavLink({ href, label, current }: { href: string; label: string; current: boolean }) {
  return (
    <Anchor
      href={href}
      aria-current={current ? "page" : undefined}
      c="var(--mantine-color-text)"
      fw={current ? 600 : 400}
    >
      {label}
    </Anchor>
  );
}
