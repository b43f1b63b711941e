// Validates a configuration in the browser, before it is sent.

import { Validator } from "@cfworker/json-schema";

import type { Schema } from "./schema";

/** Error messages by path, in the service's notation of paths. */
export function validate(schema: Schema, document: unknown): Map<string, string> {
  const validator = new Validator(schema as object, "2020-12", false);
  const errors = new Map<string, string>();
  for (const { instanceLocation, error } of validator.validate(document).errors) {
    const path = pointerToPath(instanceLocation);
    if (path !== "") errors.set(path, error);
  }
  // The error of a section only repeats that a key in it has an error.
  for (const path of errors.keys()) {
    const hasInnerError = [...errors.keys()].some(
      (other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[`),
    );
    if (hasInnerError) errors.delete(path);
  }
  return errors;
}

/** Turns the JSON pointer `#/cameras/0/stream` into `cameras[0].stream`. */
export function pointerToPath(pointer: string): string {
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
