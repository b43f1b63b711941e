import { ActionIcon, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { LANGUAGES, type Language, setLanguage } from "../i18n";

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const current = i18n.language.toUpperCase();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`${current}: ${t("shell.language")}`}>
          {current}
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
