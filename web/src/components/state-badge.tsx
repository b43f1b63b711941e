import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { SourceState } from "../api/types";

const COLOURS: Record<SourceState, string> = {
  live: "#1f6b2e",
  connecting: "#1864ab",
  lost: "#9a3d00",
  failed: "#b3261e",
  ended: "#495057",
  stopped: "#495057",
};

/** A source's state as a word and a colour. */
export function StateBadge({ state }: { state: SourceState }) {
  const { t } = useTranslation();
  return (
    <Badge
      color={COLOURS[state]}
      variant="filled"
      role="status"
      data-testid="source-state"
      data-state={state}
      style={{ flexShrink: 0 }}
    >
      {t(`state.${state}`)}
    </Badge>
  );
}
