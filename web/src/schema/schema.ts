// The parts of JSON Schema that the configuration's schema uses.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  examples?: unknown[];
  readOnly?: boolean;
  $defs?: Record<string, Schema>;
}

/** Replaces a `$ref` by its definition; keywords next to the `$ref` take precedence. */
export function resolveRef(root: Schema, schema: Schema): Schema {
  if (!schema.$ref) return schema;
  const name = schema.$ref.replace("#/$defs/", "");
  const { $ref: _, ...siblings } = schema;
  return { ...resolveRef(root, root.$defs?.[name] ?? {}), ...siblings };
}

/** Splits a schema that also allows null into the schema without null and a flag. */
export function unwrapNullable(
  root: Schema,
  schema: Schema,
): { schema: Schema; nullable: boolean } {
  const resolved = resolveRef(root, schema);
  const options = resolved.anyOf;
  if (options) {
    const [option, ...others] = options.filter(({ type }) => type !== "null");
    if (option && others.length === 0 && options.length === 2) {
      const { anyOf: _, ...siblings } = resolved;
      return { schema: { ...resolveRef(root, option), ...siblings }, nullable: true };
    }
  }
  if (Array.isArray(resolved.type) && resolved.type.includes("null")) {
    const types = resolved.type.filter((type) => type !== "null");
    return { schema: { ...resolved, type: types.length === 1 ? types[0] : types }, nullable: true };
  }
  return { schema: resolved, nullable: false };
}

/** The schema of a key, such as `["cameras", "id"]`; an array stands for its items. */
export function schemaAt(root: Schema, keys: string[]): Schema {
  return keys.reduce((parent, key) => {
    const { schema } = unwrapNullable(root, parent);
    const object = schema.items ? resolveRef(root, schema.items) : schema;
    return resolveRef(root, object.properties?.[key] ?? {});
  }, root);
}

/** The values of an enumeration; null for any other schema. */
export function enumValues(schema: Schema): string[] | null {
  if (schema.enum) return schema.enum.map(String);
  const options = schema.oneOf;
  if (!options?.every((option) => option.const !== undefined || option.enum)) return null;
  return options.flatMap((option) => option.enum ?? [option.const]).map(String);
}

/** Appends a key or an index to a path such as `cameras[0].override`. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path ? `${path}.${key}` : key;
}
