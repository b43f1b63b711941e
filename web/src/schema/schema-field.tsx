// A form field for a JSON Schema. The kinds of fields contain each other, so they share a file.

import {
  Accordion,
  Button,
  Fieldset,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";

import { type Schema, enumValues, joinPath, resolveRef, unwrapNullable } from "./schema";

const INPUT_WRAPPER_ORDER: ("label" | "input" | "description" | "error")[] = [
  "label",
  "input",
  "description",
  "error",
];

type JsonObject = Record<string, unknown>;

export interface SchemaFieldProps {
  root: Schema;
  schema: Schema;
  path: string;
  label: string;
  /** `undefined` where the document does not have the key. */
  value: unknown;
  onChange: (value: unknown) => void;
  /** Error messages by path. */
  errors: Map<string, string>;
}

export function SchemaField(props: SchemaFieldProps) {
  const { root, path, label, value, onChange } = props;
  const { t } = useTranslation();
  const { schema, nullable } = unwrapNullable(root, props.schema);
  const valueOrDefault = value === undefined ? schema.default : value;
  // The value of a field that the user has emptied.
  const emptyValue = nullable ? null : undefined;
  const common = {
    label,
    description: schema.description,
    error: props.errors.get(path),
    // The service accepts a change of the key only in the file.
    disabled: schema.readOnly,
  };
  const commonInput = { ...common, inputWrapperOrder: INPUT_WRAPPER_ORDER };
  const options = enumValues(schema);
  if (options) {
    return (
      <Select
        {...commonInput}
        data={options}
        value={valueOrDefault == null ? null : String(valueOrDefault)}
        clearable={nullable}
        onChange={(next) => onChange(next ?? emptyValue)}
      />
    );
  }
  switch (schema.type) {
    case "boolean":
      return (
        <Switch
          {...common}
          checked={Boolean(valueOrDefault)}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "integer":
    case "number":
      return (
        <NumberInput
          {...commonInput}
          min={schema.minimum}
          max={schema.maximum}
          clampBehavior="none"
          allowDecimal={schema.type === "number"}
          step={schema.type === "number" && schema.maximum === 1 ? 0.05 : 1}
          placeholder={placeholder(schema.default, t("settings.unset"))}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(next === "" ? emptyValue : next)}
        />
      );
    case "array":
      return <ListField {...props} schema={schema} />;
    case "object":
      return <ObjectField {...props} schema={schema} nullable={nullable} />;
    default:
      return (
        <TextInput
          {...commonInput}
          placeholder={placeholder(schema.default ?? schema.examples?.[0], t("settings.unset"))}
          value={value == null ? "" : String(value)}
          spellCheck={false}
          onChange={(event) => {
            const text = event.currentTarget.value;
            onChange(text === "" ? emptyValue : text);
          }}
        />
      );
  }
}

const placeholder = (value: unknown, unset: string) => (value == null ? unset : String(value));

function ObjectField(props: SchemaFieldProps & { nullable: boolean }) {
  const { schema, path, label, nullable } = props;
  const { t } = useTranslation();
  // A section that the document does not have takes its default, which can be "off".
  const isOff =
    nullable && (props.value === null || (props.value === undefined && schema.default == null));
  const value = (props.value ?? {}) as JsonObject;
  const setProperty = (key: string, next: unknown) => {
    const changed: JsonObject = { ...value, [key]: next };
    if (next === undefined) delete changed[key];
    props.onChange(changed);
  };
  return (
    <Fieldset legend={label}>
      <Stack gap="md">
        {nullable && (
          <Switch
            label={isOff ? t("settings.off") : t("settings.on")}
            aria-label={label}
            checked={!isOff}
            disabled={schema.readOnly}
            onChange={(event) => props.onChange(event.currentTarget.checked ? {} : null)}
          />
        )}
        {props.errors.has(path) && (
          <Text c="var(--mantine-color-error)" role="alert">
            {props.errors.get(path)}
          </Text>
        )}
        {!isOff &&
          Object.entries(schema.properties ?? {}).map(([key, propertySchema]) => (
            <SchemaField
              {...props}
              key={key}
              schema={propertySchema}
              path={joinPath(path, key)}
              label={key}
              value={value[key]}
              onChange={(next) => setProperty(key, next)}
            />
          ))}
      </Stack>
    </Fieldset>
  );
}

function ListField(props: SchemaFieldProps) {
  const itemSchema = resolveRef(props.root, props.schema.items ?? {});
  if (itemSchema.type === "object") return <ObjectListField {...props} itemSchema={itemSchema} />;
  return <ValueListField {...props} itemSchema={itemSchema} />;
}

/** A list of numbers or texts. */
function ValueListField(props: SchemaFieldProps & { itemSchema: Schema }) {
  const { schema, path, itemSchema } = props;
  const value = Array.isArray(props.value) ? (props.value as unknown[]) : [];
  const parse = itemParser(itemSchema);
  return (
    <TagsInput
      label={props.label}
      description={schema.description}
      error={props.errors.get(path) ?? firstItemError(props.errors, path)}
      disabled={schema.readOnly}
      data={enumValues(itemSchema) ?? []}
      placeholder={value.length === 0 ? placeholder(schema.default, "") : undefined}
      value={value.map(String)}
      onChange={(next) => props.onChange(next.length === 0 ? undefined : next.map(parse))}
    />
  );
}

function ObjectListField(props: SchemaFieldProps & { itemSchema: Schema }) {
  const { schema, path, itemSchema } = props;
  const { t } = useTranslation();
  const items = Array.isArray(props.value) ? (props.value as JsonObject[]) : [];
  const setItem = (index: number, next: unknown) => {
    props.onChange(items.map((old, i) => (i === index ? next : old)));
  };
  const itemLabel = (item: JsonObject, index: number) =>
    String(item.name || item.id || t("settings.entry", { n: index + 1 }));
  return (
    <Fieldset legend={props.label}>
      <Stack>
        {schema.description && <Text c="dimmed">{schema.description}</Text>}
        <Accordion variant="separated" multiple>
          {items.map((item, index) => (
            <Accordion.Item key={index} value={String(index)}>
              <Accordion.Control>{itemLabel(item, index)}</Accordion.Control>
              <Accordion.Panel>
                <Stack>
                  <SchemaField
                    {...props}
                    schema={itemSchema}
                    path={joinPath(path, index)}
                    label={itemLabel(item, index)}
                    value={item}
                    onChange={(next) => setItem(index, next)}
                  />
                  <Group>
                    <Button
                      variant="default"
                      size="compact-sm"
                      onClick={() => props.onChange(items.filter((_, i) => i !== index))}
                    >
                      {t("settings.removeEntry", { n: index + 1 })}
                    </Button>
                  </Group>
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Group>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => props.onChange([...items, {}])}
          >
            {t("common.add")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

/** Converts a typed item: to a number if items can be numbers and the text is one. */
function itemParser(itemSchema: Schema) {
  const types = (itemSchema.anyOf ?? [itemSchema]).map((option) => option.type);
  const allowsNumbers = types.includes("integer") || types.includes("number");
  return (text: string) => {
    const isNumber = text.trim() !== "" && !Number.isNaN(Number(text));
    return allowsNumbers && isNumber ? Number(text) : text;
  };
}

function firstItemError(errors: Map<string, string>, path: string): string | undefined {
  for (const [itemPath, message] of errors) {
    if (itemPath.startsWith(`${path}[`)) return message;
  }
  return undefined;
}
