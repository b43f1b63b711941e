import { Alert, Button, Code, CopyButton, Group, Stack, Table, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { openSocket } from "../../api/socket";
import type { OscMonitorMessage } from "../../api/types";
import { ScrollBox } from "../../components/scroll-box";

/** The latest value of each OSC address that a camera sends to. */
export function OscMonitor({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const [paused, setPaused] = useState(false);
  const [offReason, setOffReason] = useState<string | null>(null);
  const [receiver, setReceiver] = useState("");
  const [values, setValues] = useState<Map<string, string>>(new Map());

  useEffect(() => {
    if (paused) return;
    return openSocket(`/ws/osc/${encodeURIComponent(camera)}`, {
      onMessage: (data) => {
        const message = JSON.parse(data as string) as OscMonitorMessage;
        if (!message.messages) {
          setOffReason(message.reason);
          return;
        }
        setOffReason(null);
        setReceiver(message.receiver);
        setValues((old) => {
          const updated = new Map(old);
          for (const { address, args } of message.messages) {
            updated.set(address, args.map(formatArgument).join("  "));
          }
          return updated;
        });
      },
    });
  }, [camera, paused]);

  if (offReason !== null) return <Alert>{t("osc.off", { reason: offReason })}</Alert>;
  return (
    <Stack>
      <Group justify="space-between">
        <Text>{receiver ? t("osc.receiver", { receiver }) : t("osc.waiting")}</Text>
        <Button variant="default" size="compact-sm" onClick={() => setPaused(!paused)}>
          {paused ? t("osc.resume") : t("osc.pause")}
        </Button>
      </Group>
      {values.size > 0 && (
        <ScrollBox label={t("camera.tabOsc")}>
          <Table className="tabular-numbers" aria-label={t("camera.tabOsc")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("osc.address")}</Table.Th>
                <Table.Th>{t("osc.value")}</Table.Th>
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
        </ScrollBox>
      )}
      {receiver && <TouchDesignerHelp port={receiver.split(":").at(-1) ?? ""} />}
    </Stack>
  );
}

const formatArgument = (arg: number | string) => (typeof arg === "number" ? arg.toFixed(3) : arg);

/** How to receive the messages in TouchDesigner, with a script to copy. */
function TouchDesignerHelp({ port }: { port: string }) {
  const { t } = useTranslation();
  const script = `op('/project1').create(oscinCHOP, 'rextrack').par.port = ${port}`;
  return (
    <Stack gap={4} data-testid="touchdesigner-help">
      <Text fw={600}>{t("osc.touchDesignerTitle")}</Text>
      <Text>{t("osc.touchDesignerText", { port })}</Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code style={{ overflowWrap: "anywhere" }}>{script}</Code>
        <CopyButton value={script}>
          {({ copied, copy }) => (
            <Button variant="default" size="compact-sm" onClick={copy}>
              {copied ? t("common.copied") : t("common.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
