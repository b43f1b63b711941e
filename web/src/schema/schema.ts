// The parts of JSON Schema that the service's configuration uses.

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
  $defs?: Record<string, Schema>;
}

/** A schema with its reference followed; what stands beside the reference wins. */
export function resolve(root: Schema, schema: Schema): Schema {
  if (!schema.$ref) return schema;
  const name = schema.$ref.replace("#/$defs/", "");
  const { $ref: _, ...beside } = schema;
  return { ...resolve(root, root.$defs?.[name] ?? {}), ...beside };
}

/** Whether a value may be absent, and what it is if not. */
export function withoutNull(root: Schema, schema: Schema): { schema: Schema; nullable: boolean } {
  const whole = resolve(root, schema);
  const options = whole.anyOf;
  if (options) {
    const some = options.filter((option) => option.type !== "null");
    const only = some[0];
    if (some.length === 1 && only && options.length === 2) {
      const { anyOf: _, ...rest } = whole;
      return { schema: { ...resolve(root, only), ...withoutType(rest) }, nullable: true };
    }
  }
  if (Array.isArray(whole.type) && whole.type.includes("null")) {
    const types = whole.type.filter((type) => type !== "null");
    return { schema: { ...whole, type: types.length === 1 ? types[0] : types }, nullable: true };
  }
  return { schema: whole, nullable: false };
}

function withoutType(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/** The choices of an enumeration, each with what is said about it. */
export function choices(schema: Schema): { value: string; about?: string }[] | null {
  if (schema.enum) return schema.enum.map((value) => ({ value: String(value) }));
  const options = schema.oneOf;
  if (!options?.every((option) => option.const !== undefined || option.enum)) return null;
  return options.flatMap((option) =>
    option.const !== undefined
      ? [{ value: String(option.const), about: option.description }]
      : (option.enum ?? []).map((value) => ({ value: String(value) })),
  );
}

/** `cameras[0].override.confidence` of a key within a path. */
export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path ? `${path}.${key}` : key;
}
