// Writes src/api/generated.ts from the service's OpenAPI document, or checks it.
//
//   node scripts/api-types.mjs OPENAPI.json           writes the file
//   node scripts/api-types.mjs --check OPENAPI.json   fails when the file is not current
//
// `rextrack schema --api` prints the document.

import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import openapiTS, { astToString } from "openapi-typescript";

const ALIASES = fileURLToPath(new URL("../src/api/types.ts", import.meta.url));
const OUTPUT = fileURLToPath(new URL("../src/api/generated.ts", import.meta.url));
const HEADER = `// Generated from the service's OpenAPI document. Do not edit; write it again with
//   rextrack schema --api > openapi.json && npm run types -- openapi.json

`;
/** Keywords that are documentation only, so new wording in the service changes no type. */
const DOCUMENTATION = new Set(["description", "title", "example", "examples", "format"]);

/** The schema without documentation and defaults; a property with a default is required. */
function simplify(schema) {
  if (Array.isArray(schema)) return schema.map(simplify);
  if (schema === null || typeof schema !== "object") return schema;
  const { default: _, properties, ...rest } = schema;
  const simple = Object.fromEntries(
    Object.entries(rest)
      .filter(([keyword]) => !DOCUMENTATION.has(keyword))
      .map(([keyword, value]) => [keyword, simplify(value)]),
  );
  if (properties) {
    const entries = Object.entries(properties);
    const withDefault = entries.filter(([, value]) => "default" in value).map(([name]) => name);
    simple.properties = Object.fromEntries(
      entries.map(([name, value]) => [name, simplify(value)]),
    );
    simple.required = [...new Set([...(schema.required ?? []), ...withDefault])];
  }
  return simple;
}

/** The components that types.ts names, and the components that those refer to. */
function usedSchemas(schemas) {
  const aliases = readFileSync(ALIASES, "utf8");
  const used = {};
  const add = (name) => {
    if (name in used) return;
    if (!(name in schemas)) throw new Error(`the document has no component ${name}`);
    used[name] = simplify(schemas[name]);
    const references = JSON.stringify(used[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    for (const [, reference] of references) add(reference);
  };
  for (const [, name] of aliases.matchAll(/Schemas\["(\w+)"\]/g)) add(name);
  return used;
}

async function generate(path) {
  const document = JSON.parse(readFileSync(path, "utf8"));
  // The panel writes down the types of its requests itself, in client.ts.
  document.paths = {};
  document.components = { schemas: usedSchemas(document.components.schemas) };
  const types = await openapiTS(document, { alphabetize: true, arrayLength: true });
  return HEADER + astToString(types);
}

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [document] = positionals;
if (document === undefined) {
  console.error("usage: node scripts/api-types.mjs [--check] OPENAPI.json");
  process.exit(2);
}
const wanted = await generate(document);
// A checkout on Windows may have CR LF.
const current = () => readFileSync(OUTPUT, "utf8").replaceAll("\r\n", "\n");
const name = relative(process.cwd(), OUTPUT);
if (!values.check) {
  writeFileSync(OUTPUT, wanted);
  console.log(`wrote ${name}`);
} else if (current() === wanted) {
  console.log(`${name} is current`);
} else {
  console.error(
    `${name} does not match the service's API; run: rextrack schema --api > openapi.json && npm run types -- openapi.json`,
  );
  process.exit(1);
}
