import { expect, it } from "vitest";

import en from "./en.json";
import ru from "./ru.json";

type Texts = [key: string, text: string][];

function flatten(value: object, prefix = ""): Texts {
  return Object.entries(value).flatMap(([key, child]): Texts => {
    const path = prefix + key;
    return typeof child === "string" ? [[path, child]] : flatten(child as object, `${path}.`);
  });
}

const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();

it("both languages have the same keys", () => {
  const keys = (translations: object) => flatten(translations).map(([key]) => key);
  expect(keys(ru).sort()).toEqual(keys(en).sort());
});

it("translations have the same placeholders and are not empty", () => {
  const russian = new Map(flatten(ru));
  for (const [key, text] of flatten(en)) {
    const translated = russian.get(key) ?? "";
    expect(translated, key).not.toBe("");
    expect(placeholders(translated), key).toEqual(placeholders(text));
  }
});
