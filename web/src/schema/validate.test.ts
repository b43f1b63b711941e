import { expect, it } from "vitest";

import { pointerToPath, validate } from "./validate";

const schema = {
  type: "object",
  properties: { osc: { anyOf: [{ $ref: "#/$defs/Osc" }, { type: "null" }] } },
  $defs: { Osc: { type: "object", properties: { port: { type: "integer", minimum: 1 } } } },
};

it("error is reported at the key, not also at its section", () => {
  expect([...validate(schema, { osc: { port: 0 } }).keys()]).toEqual(["osc.port"]);
});

it("valid document has no errors", () => {
  expect(validate(schema, { osc: null }).size).toBe(0);
});

it("JSON pointer becomes a path", () => {
  expect(pointerToPath("#/cameras/0/override/a~1b")).toBe("cameras[0].override.a/b");
});
