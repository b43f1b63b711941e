import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import en from "./en.json";
import ru from "./ru.json";

type Translations = typeof en;

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

// A key that one language lacks is a type error here.
const translations: Record<Language, Translations> = { en, ru };

const STORAGE_KEY = "rextrack-language";

function initialLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === "en" || stored === "ru") return stored;
  return navigator.language.startsWith("ru") ? "ru" : "en";
}

export function setLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function initI18n(): void {
  const language = initialLanguage();
  document.documentElement.lang = language;
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: {
      en: { translation: translations.en },
      ru: { translation: translations.ru },
    },
    // React escapes text itself.
    interpolation: { escapeValue: false },
  });
}

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Translations };
  }
}
