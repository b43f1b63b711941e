import { Alert, Button, Code, CopyButton, Group, Stack, Table, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { openSocket } from "../api/socket";
import type { OscView } from "../api/types";
import { Wide } from "./wide";

/** What a camera's OSC output sends, as it is sent. */
export function OscMonitor({ id }: { id: string }) {
  const { t } = useTranslation();
  const [paused, setPaused] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const [receiver, setReceiver] = useState("");
  const [values, setValues] = useState<Map<string, string>>(new Map());

  useEffect(() => {
    if (paused) return;
    return openSocket(`/ws/osc/${encodeURIComponent(id)}`, {
      message: (data) => {
        const view = JSON.parse(data as string) as OscView;
        setReason(view.messages ? null : (view.reason ?? ""));
        if (!view.messages) return;
        setReceiver(view.receiver ?? "");
        const messages = view.messages;
        setValues((known) => {
          const next = new Map(known);
          for (const { address, args } of messages) next.set(address, args.map(shown).join("  "));
          return next;
        });
      },
    });
  }, [id, paused]);

  if (reason !== null) return <Alert>{t("oscOff", { reason })}</Alert>;
  const port = receiver.split(":").at(-1) ?? "";
  const script = `op('/project1').create(oscinCHOP, 'rextrack').par.port = ${port}`;
  return (
    <Stack>
      <Group justify="space-between">
        <Text>{receiver ? t("oscReceiver", { receiver }) : t("oscNothing")}</Text>
        <Button variant="default" size="compact-sm" onClick={() => setPaused(!paused)}>
          {paused ? t("goOn") : t("pause")}
        </Button>
      </Group>
      {values.size > 0 && (
        <Wide label={t("osc")}>
          <Table className="numbers" aria-label={t("osc")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("oscAddress")}</Table.Th>
                <Table.Th>{t("oscValue")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[...values].map(([address, value]) => (
                <Table.Tr key={address}>
                  <Table.Td>{address}</Table.Td>
                  <Table.Td>{value}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
      {receiver && (
        <Stack gap={4}>
          <Text fw={600}>{t("tdTitle")}</Text>
          <Text>{t("tdText", { port })}</Text>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <Code style={{ overflowWrap: "anywhere" }}>{script}</Code>
            <CopyButton value={script}>
              {({ copied, copy }) => (
                <Button variant="default" size="compact-sm" onClick={copy}>
                  {copied ? t("copied") : t("copy")}
                </Button>
              )}
            </CopyButton>
          </Group>
        </Stack>
      )}
    </Stack>
  );
}

const shown = (arg: number | string) => (typeof arg === "number" ? arg.toFixed(3) : arg);
