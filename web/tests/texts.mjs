// The panel's texts by key, so that tests do not depend on their wording.

import { readFileSync } from "node:fs";

/** Returns a function that gives the text of a key, such as `common.add`, in a language. */
export function texts(language) {
  const file = new URL(`../src/i18n/${language}.json`, import.meta.url);
  const translations = JSON.parse(readFileSync(file, "utf8"));
  return (key, values = {}) => {
    const text = key.split(".").reduce((group, part) => group?.[part], translations);
    if (typeof text !== "string") throw new Error(`${language}.json has no text for ${key}`);
    return text.replace(/{{(\w+)}}/g, (_, name) => values[name]);
  };
}
