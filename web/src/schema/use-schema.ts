// The configuration's schema, asked for once a page.

import { useEffect, useState } from "react";

import { api } from "../api/client";
import type { Schema } from "./schema";

let asked: Promise<Schema> | null = null;

/** The schema once it is there. */
export function useSchema(): Schema | null {
  const [schema, setSchema] = useState<Schema | null>(null);
  useEffect(() => {
    asked ??= api.schema().then((schema) => schema as Schema);
    asked.then(setSchema, () => {
      // The next page asks again.
      asked = null;
    });
  }, []);
  return schema;
}
