// A document against the schema, in the browser, before it is sent.

import { Validator } from "@cfworker/json-schema";

import type { Schema } from "./schema";

/** The mistakes of a document, by path, as the service names them. */
export function mistakes(schema: Schema, document: unknown): Map<string, string> {
  const validator = new Validator(schema as object, "2020-12", false);
  const found = new Map<string, string>();
  for (const unit of validator.validate(document).errors) {
    const path = fromPointer(unit.instanceLocation);
    if (path === "") continue;
    found.set(path, unit.error);
  }
  // A section's complaint about a key says less than the key's own.
  for (const path of found.keys()) {
    const inner = [...found.keys()].some((p) => p.startsWith(`${path}.`) || p.startsWith(`${path}[`));
    if (inner) found.delete(path);
  }
  return found;
}

/** `#/cameras/0/stream` as `cameras[0].stream`. */
export function fromPointer(pointer: string): string {
  return pointer
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path ? `${path}.${part}` : part;
    }, "");
}
