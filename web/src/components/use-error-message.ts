import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/api-error";

/** Returns a function that gives the text to show for an error. */
export function useErrorMessage(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      if (error instanceof ApiError) return error.message || t("common.unreachable");
      return error instanceof Error ? error.message : String(error);
    },
    [t],
  );
}
