import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { en } from "./en";
import { ru } from "./ru";

export type Words = Record<keyof typeof en, string>;

const KEPT = "rextrack-language";
export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "ru") return kept;
  return navigator.language.startsWith("ru") ? "ru" : "en";
}

export function setLanguage(language: Language): void {
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function startLanguage(): void {
  const language = first();
  document.documentElement.lang = language;
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: { en: { translation: en }, ru: { translation: ru } },
    // React escapes already.
    interpolation: { escapeValue: false },
  });
}

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
