import { Button, Group, Modal, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { CheckResult } from "../../api/types";
import { ConfigDiff } from "./config-diff";

interface ReviewDialogProps {
  /** A valid change; null closes the dialog. */
  change: CheckResult | null;
  onSave: () => void;
  onClose: () => void;
}

/** Shows a change of the configuration file before it is saved. */
export function ReviewDialog({ change, onSave, onClose }: ReviewDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={change !== null}
      onClose={onClose}
      title={t("settings.reviewTitle")}
      size="xl"
      closeButtonProps={{ "aria-label": t("common.cancel") }}
    >
      {change && (
        <Stack>
          <ConfigDiff before={change.before} after={change.after ?? ""} />
          <Group>
            <Button onClick={onSave}>{t("common.save")}</Button>
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
