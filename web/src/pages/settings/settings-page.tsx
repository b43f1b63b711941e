import { Stack, Tabs, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { links } from "../../router";
import { LogTab } from "./log-tab";
import { ModelsTab } from "./models-tab";
import { SettingsForm } from "./settings-form";

export function SettingsPage({ tab }: { tab: string }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("shell.settings")}
      </Title>
      <Tabs
        value={tab}
        onChange={(next) => {
          if (next) window.location.hash = links.settings(next);
        }}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="settings">{t("settings.tabAll")}</Tabs.Tab>
          <Tabs.Tab value="models">{t("settings.tabModels")}</Tabs.Tab>
          <Tabs.Tab value="log">{t("settings.tabLog")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings" pt="md">
          <SettingsForm />
        </Tabs.Panel>
        <Tabs.Panel value="models" pt="md">
          <ModelsTab />
        </Tabs.Panel>
        <Tabs.Panel value="log" pt="md">
          <LogTab />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
