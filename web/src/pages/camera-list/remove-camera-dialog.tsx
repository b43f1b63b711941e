import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useErrorNotification } from "../../components/use-error-notification";

interface RemoveCameraDialogProps {
  id: string;
  opened: boolean;
  onClose: () => void;
}

export function RemoveCameraDialog({ id, opened, onClose }: RemoveCameraDialogProps) {
  const { t } = useTranslation();
  const notifyError = useErrorNotification();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("cameraList.removeTitle", { id })}
      closeButtonProps={{ "aria-label": t("common.cancel") }}
    >
      <Stack>
        <Text>{t("cameraList.removeText")}</Text>
        <Group>
          <Button
            color="#b3261e"
            onClick={() => {
              onClose();
              api.removeCamera(id).catch(notifyError);
            }}
          >
            {t("common.remove")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
