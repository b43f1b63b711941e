import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function ColorSchemeMenu() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t("shell.colorScheme")}>
          <span aria-hidden>◐</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => setColorScheme("auto")}>{t("shell.colorSchemeAuto")}</Menu.Item>
        <Menu.Item onClick={() => setColorScheme("light")}>{t("shell.colorSchemeLight")}</Menu.Item>
        <Menu.Item onClick={() => setColorScheme("dark")}>{t("shell.colorSchemeDark")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
