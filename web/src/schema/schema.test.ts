import { expect, it } from "vitest";

import { enumValues, schemaAt, unwrapNullable } from "./schema";

const root = {
  type: "object",
  properties: {
    osc: { anyOf: [{ $ref: "#/$defs/Osc" }, { type: "null" }], default: { port: 1 } },
    level: { oneOf: [{ const: "a", description: "A" }, { enum: ["b", "c"] }] },
    cameras: { type: "array", items: { $ref: "#/$defs/Camera" } },
  },
  $defs: {
    Osc: { type: "object", properties: { port: { type: "integer", minimum: 1 } } },
    Camera: { type: "object", properties: { id: { type: "string", pattern: "^[a-z]+$" } } },
  },
};

it("nullable section is unwrapped and keeps its default", () => {
  const { schema, nullable } = unwrapNullable(root, root.properties.osc);
  expect(nullable).toBe(true);
  expect(schema.properties).toHaveProperty("port");
  expect(schema.default).toEqual({ port: 1 });
});

it("null in a list of types makes a schema nullable", () => {
  const unwrapped = unwrapNullable(root, { type: ["string", "null"] });
  expect(unwrapped).toEqual({ schema: { type: "string" }, nullable: true });
});

it("enum values come from enum, const and oneOf", () => {
  expect(enumValues(root.properties.level)).toEqual(["a", "b", "c"]);
  expect(enumValues({ type: "string" })).toBeNull();
});

it("schema of a key is found through references, null and arrays", () => {
  expect(schemaAt(root, ["osc", "port"]).minimum).toBe(1);
  expect(schemaAt(root, ["cameras", "id"]).pattern).toBe("^[a-z]+$");
  expect(schemaAt(root, ["osc", "unknown"])).toEqual({});
});
