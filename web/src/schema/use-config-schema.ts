import { useEffect, useState } from "react";

import { api } from "../api/client";
import type { Schema } from "./schema";

/** The request, shared by all components of the page. */
let request: Promise<Schema> | null = null;

/** The schema of the configuration; null until it is loaded. */
export function useConfigSchema(): Schema | null {
  const [schema, setSchema] = useState<Schema | null>(null);
  useEffect(() => {
    request ??= api.configSchema();
    request.then(setSchema, () => {
      // The next component that needs the schema requests it again.
      request = null;
    });
  }, []);
  return schema;
}
