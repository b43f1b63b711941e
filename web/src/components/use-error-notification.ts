import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { useErrorMessage } from "./use-error-message";

/** Returns a function that shows an error in a corner of the page. */
export function useErrorNotification(): (error: unknown) => void {
  const errorMessage = useErrorMessage();
  return useCallback(
    (error) => {
      notifications.show({ color: "red", message: errorMessage(error) });
    },
    [errorMessage],
  );
}
