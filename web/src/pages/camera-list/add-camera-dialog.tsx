import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { AddCameraForm } from "./add-camera-form";

interface AddCameraDialogProps {
  opened: boolean;
  existingIds: string[];
  onClose: () => void;
}

export function AddCameraDialog({ opened, existingIds, onClose }: AddCameraDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("cameraList.addCamera")}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.cancel") }}
    >
      {/* Mounted each time the dialog opens, so the form starts empty. */}
      <AddCameraForm existingIds={existingIds} onClose={onClose} />
    </Modal>
  );
}
