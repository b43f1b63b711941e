// A form made from a JSON Schema: one field for each kind of value.

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

import { type Schema, choices, join, resolve, withoutNull } from "./schema";

export interface FieldProps {
  root: Schema;
  schema: Schema;
  path: string;
  label: string;
  /** `undefined` where the document says nothing. */
  value: unknown;
  set: (value: unknown) => void;
  errors: Map<string, string>;
  /** Whether a key can only be changed in the file. */
  locked: (path: string) => boolean;
}

type Fields = Record<string, unknown>;

export function Field(props: FieldProps) {
  const { root, path, label, value, errors } = props;
  const { t } = useTranslation();
  const { schema, nullable } = withoutNull(root, props.schema);
  const fallback = value === undefined ? schema.default : value;
  const common = {
    label,
    description: schema.description,
    error: errors.get(path),
    disabled: props.locked(path),
    inputWrapperOrder: ["label", "input", "description", "error"] as (
      | "label"
      | "input"
      | "description"
      | "error"
    )[],
  };
  const options = choices(schema);
  if (options) {
    return (
      <Select
        {...common}
        data={options.map((option) => option.value)}
        value={fallback == null ? null : String(fallback)}
        clearable={nullable}
        onChange={(next) => props.set(next ?? (nullable ? null : undefined))}
      />
    );
  }
  switch (schema.type) {
    case "boolean":
      return (
        <Switch
          label={label}
          description={schema.description}
          error={errors.get(path)}
          disabled={props.locked(path)}
          checked={Boolean(fallback)}
          onChange={(event) => props.set(event.currentTarget.checked)}
        />
      );
    case "integer":
    case "number":
      return (
        <NumberInput
          {...common}
          min={schema.minimum}
          max={schema.maximum}
          clampBehavior="none"
          allowDecimal={schema.type === "number"}
          step={schema.type === "number" && schema.maximum === 1 ? 0.05 : 1}
          placeholder={shown(schema.default, t("unset"))}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => props.set(next === "" ? (nullable ? null : undefined) : next)}
        />
      );
    case "array":
      return <List {...props} schema={schema} />;
    case "object":
      return <Section {...props} schema={schema} nullable={nullable} />;
    default:
      return (
        <TextInput
          {...common}
          placeholder={shown(schema.default ?? schema.examples?.[0], t("unset"))}
          value={value == null ? "" : String(value)}
          spellCheck={false}
          onChange={(event) => {
            const text = event.currentTarget.value;
            props.set(text === "" ? (nullable ? null : undefined) : text);
          }}
        />
      );
  }
}

const shown = (value: unknown, unset: string) =>
  value === undefined || value === null ? unset : String(value);

function Section(props: FieldProps & { nullable: boolean }) {
  const { root, schema, path, label, nullable } = props;
  const { t } = useTranslation();
  const keys = Object.entries(schema.properties ?? {});
  // A section that is not written means its default, which for some is to be off.
  const isOff = nullable && (props.value === null || (props.value === undefined && schema.default == null));
  const value = (props.value ?? {}) as Fields;
  const set = (key: string, next: unknown) => {
    const changed: Fields = { ...value, [key]: next };
    if (next === undefined) delete changed[key];
    props.set(changed);
  };
  return (
    <Fieldset legend={label}>
      <Stack gap="md">
        {nullable && (
          <Switch
            label={isOff ? t("off") : t("on")}
            aria-label={label}
            checked={!isOff}
            disabled={props.locked(path)}
            onChange={(event) => props.set(event.currentTarget.checked ? {} : null)}
          />
        )}
        {props.errors.has(path) && (
          <Text c="var(--mantine-color-error)" role="alert">
            {props.errors.get(path)}
          </Text>
        )}
        {!isOff &&
          keys.map(([key, child]) => (
            <Field
              {...props}
              key={key}
              root={root}
              schema={child}
              path={join(path, key)}
              label={key}
              value={value[key]}
              set={(next) => set(key, next)}
            />
          ))}
      </Stack>
    </Fieldset>
  );
}

function List(props: FieldProps) {
  const { root, schema, path, label } = props;
  const { t } = useTranslation();
  const item = resolve(root, schema.items ?? {});
  const value = Array.isArray(props.value) ? (props.value as unknown[]) : [];
  const objects = item.type === "object";
  if (!objects) {
    const known = choices(item);
    return (
      <TagsInput
        label={label}
        description={schema.description}
        error={props.errors.get(path) ?? firstWithin(props.errors, path)}
        disabled={props.locked(path)}
        data={known?.map((option) => option.value) ?? []}
        placeholder={value.length === 0 ? shown(schema.default, "") : undefined}
        value={value.map(String)}
        onChange={(next) => props.set(next.length === 0 ? undefined : next.map(asNumber(item)))}
      />
    );
  }
  const set = (index: number, next: unknown) => {
    props.set(value.map((old, at) => (at === index ? next : old)));
  };
  const name = (entry: unknown, index: number) => {
    const fields = entry as Fields;
    return String(fields.name || fields.id || t("entry", { n: index + 1 }));
  };
  return (
    <Fieldset legend={label}>
      <Stack>
        {schema.description && <Text c="dimmed">{schema.description}</Text>}
        <Accordion variant="separated" multiple>
          {value.map((entry, index) => (
            <Accordion.Item key={index} value={String(index)}>
              <Accordion.Control>{name(entry, index)}</Accordion.Control>
              <Accordion.Panel>
                <Stack>
                  <Field
                    {...props}
                    schema={item}
                    path={join(path, index)}
                    label={name(entry, index)}
                    value={entry}
                    set={(next) => set(index, next)}
                  />
                  <Group>
                    <Button
                      variant="default"
                      size="compact-sm"
                      onClick={() => props.set(value.filter((_, at) => at !== index))}
                    >
                      {t("removeItem", { n: index + 1 })}
                    </Button>
                  </Group>
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Group>
          <Button variant="default" size="compact-sm" onClick={() => props.set([...value, {}])}>
            {t("addItem")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

/** Numbers of a list that may hold numbers or texts are numbers. */
function asNumber(item: Schema) {
  const options = item.anyOf ?? [item];
  const numbers = options.some((o) => o.type === "integer" || o.type === "number");
  return (text: string) => (numbers && text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text);
}

function firstWithin(errors: Map<string, string>, path: string): string | undefined {
  for (const [at, message] of errors) if (at.startsWith(`${path}[`)) return message;
  return undefined;
}
